//! Flawed: it counts for one process only.
//!
//! Bug: each process has a number of its own, and the value is that of process 0: the others count for nothing,
//! even if nobody interferes.
//! Convicted of: mutual exclusion (miscounted), which is not the failure that was asked for.
//! Schedule: P0 increments; P1 increments; the value is 1.

use harness::prelude::*;

/// A number for each process.
#[derive(Debug)]
pub struct RaceCondition {
    counts: Vec<AtomicU64>,
}

impl Counter for RaceCondition {
    fn new(processes: usize) -> Self {
        Self { counts: (0..processes).map(|_| AtomicU64::new(0)).collect() }
    }

    fn increment(&self, me: ProcessId) {
        let seen = self.counts[me.index()].load(Ordering::SeqCst);
        self.counts[me.index()].store(seen + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.counts[0].load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
