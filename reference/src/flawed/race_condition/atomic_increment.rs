//! Flawed, as an answer to this task: a correct counter.
//!
//! Bug: it loads, adds and stores in one step, so no update is ever lost. As a counter it is better; but the
//! task was to show the lost update.
//! Convicted of: nothing. The failure that was asked for is missing: mutual exclusion is upheld.

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
        self.value.fetch_add(1, Ordering::SeqCst);
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
