//! Flawed, as an answer to this task: a counter behind a lock.
//!
//! Bug: only one process at a time is between load and store, so no update is ever lost.
//! Convicted of: the failure that was asked for is missing: mutual exclusion is upheld. And, since the lock
//! serves whoever comes at the right moment, one process may wait for ever: bounded waiting (starvation).
//! Schedule: P0 increments; P1 looks whenever P0 is inside.

use harness::prelude::*;

/// A number and its lock.
#[derive(Debug)]
pub struct RaceCondition {
    locked: AtomicBool,
    value: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false), value: AtomicU64::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        while self.locked.swap(true, Ordering::SeqCst) {
            spin_loop();
        }
        let seen = self.value.load(Ordering::SeqCst);
        self.value.store(seen + 1, Ordering::SeqCst);
        self.locked.store(false, Ordering::SeqCst);
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
