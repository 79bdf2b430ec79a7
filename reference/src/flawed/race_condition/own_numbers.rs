//! Flawed, as an answer to this task: a counter for each process.
//!
//! Bug: nobody else writes where a process counts, and the value is the sum. So no update is ever lost.
//! Convicted of: nothing. The failure that was asked for is missing: mutual exclusion is upheld.

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
        self.counts.iter().map(|count| count.load(Ordering::SeqCst)).sum()
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
