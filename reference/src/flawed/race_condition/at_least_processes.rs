//! Flawed: it foretells that each process leaves something behind.
//!
//! Bug: of each process at least one increment is taken to count. But a single store can overwrite all.
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
        (processes as u64..=(processes * increments) as u64).collect()
    }
}
