//! Flawed: it foretells that all but one increment can get lost.
//!
//! Bug: the last store is taken to be able to store a 1. But it is made by a process that has stored before
//! (from two increments on), and so has loaded at least a 1.
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
        (1..=(processes * increments) as u64).collect()
    }
}
