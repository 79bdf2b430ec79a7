//! With an acquire load and a release store. They order other variables; the update gets lost all the same.

use harness::prelude::*;

/// One number for all processes.
#[derive(Debug)]
pub struct RaceCondition {
    value: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { value: AtomicU64::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        let seen = self.value.load(Ordering::Acquire);
        self.value.store(seen + 1, Ordering::Release);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::Acquire)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
