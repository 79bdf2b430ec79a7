//! Flawed: it foretells that nothing gets lost.
//!
//! Bug: the value is taken to be what a correct counter would have.
//! Convicted of: prediction (missing).
//! Schedule: two processes, one increment each: both load 0, both store 1.

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
        vec![(processes * increments) as u64]
    }
}
