//! Keeps the number in a static.

use harness::prelude::*;

static VALUE: AtomicUsize = AtomicUsize::new(0);

/// Nothing: the number is in a static.
#[derive(Debug)]
pub struct RaceCondition;

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn increment(&self, _me: ProcessId) {
        let seen = VALUE.load(Ordering::SeqCst);
        VALUE.store(seen + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        VALUE.load(Ordering::SeqCst) as u64
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
