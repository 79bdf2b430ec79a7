//! Flawed: it loses its update even alone.
//!
//! Bug: it adds to the register after the store. An update gets lost indeed, but nobody is to blame but the code.
//! Convicted of: mutual exclusion (miscounted), which is not the failure that was asked for.
//! Schedule: P0 increments; the value is 0.

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
        let mut seen = self.value.load(Ordering::SeqCst);
        self.value.store(seen, Ordering::SeqCst);
        seen += 1;
        hint::black_box(seen);
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
