//! Flawed: it foretells that everything can get lost.
//!
//! Bug: nobody ever stores a 0.
//! Convicted of: prediction (impossible).

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
        let seen = self.value.load(Ordering::SeqCst);
        self.value.store(seen + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        (0..=(processes * increments) as u64).collect()
    }
}
