//! Flawed: it adds two.
//!
//! Bug: it is wrong without any interleaving, so that it shows nothing about interleavings.
//! Convicted of: mutual exclusion (miscounted), which is not the failure that was asked for.
//! Schedule: P0 increments; the value is 2.

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
        self.value.store(seen + 2, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
