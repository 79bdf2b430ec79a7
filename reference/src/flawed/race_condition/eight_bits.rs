//! Flawed: a number of eight bits.
//!
//! Bug: after 255 comes 0, whether somebody interferes or not.
//! Convicted of: mutual exclusion (miscounted), which is not the failure that was asked for.
//! Schedule: P0 increments 140 times; P1 increments 140 times; the value is 24.

use harness::prelude::*;

/// One number for all processes.
#[derive(Debug)]
pub struct RaceCondition {
    value: AtomicU8,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { value: AtomicU8::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        let seen = self.value.load(Ordering::SeqCst);
        self.value.store(seen.wrapping_add(1), Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        u64::from(self.value.load(Ordering::SeqCst))
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
