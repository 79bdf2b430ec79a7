//! Flawed: a number that is not atomic.
//!
//! Bug: two processes access it, one of them writes, and nothing orders them: a data race, and the program has
//! no meaning. Updates get lost, too, but nobody can say which, or what else happens.
//! Convicted of: mutual exclusion (data race), which is not the failure that was asked for.
//! Schedule: P0 writes; P1 reads.

use harness::prelude::*;

/// One number for all processes.
#[derive(Debug)]
pub struct RaceCondition {
    value: SharedCell<u64>,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { value: SharedCell::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        let seen = self.value.get();
        self.value.set(seen + 1);
    }

    fn value(&self) -> u64 {
        self.value.get()
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
