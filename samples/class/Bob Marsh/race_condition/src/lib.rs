//! I did not trust any formula, so it tries all orders.

mod orders;

use harness::prelude::*;
use orders::Situation;

#[derive(Default)]
pub struct RaceCondition(AtomicU32);

impl Counter for RaceCondition {
    fn new(_: usize) -> Self {
        Self::default()
    }

    fn increment(&self, _: ProcessId) {
        let old = self.0.load(Ordering::SeqCst);
        let new = old + 1;
        self.0.store(new, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::SeqCst).into()
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        Situation::at_first(processes, increments).outcomes().into_iter().collect()
    }
}
