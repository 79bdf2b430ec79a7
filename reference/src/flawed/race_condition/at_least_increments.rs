//! Flawed: it foretells that the increments of one process count.
//!
//! Bug: the worst case is taken to be that all processes go in step. It is worse when one stops in the middle and
//! comes back late: then even most of its own increments are lost. It does not show with two increments.
//! Convicted of: prediction (missing).
//! Schedule: two processes, three increments each: P0 loads 0; P1 increments twice; P0 stores 1; P1 loads 1; P0
//! increments twice; P1 stores 2.

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
        (increments as u64..=(processes * increments) as u64).collect()
    }
}
