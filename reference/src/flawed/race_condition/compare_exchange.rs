//! Flawed, as an answer to this task: a correct counter.
//!
//! Bug: it stores only if nobody has come in between, and begins anew otherwise. So no update is ever lost.
//! Convicted of: the failure that was asked for is missing: mutual exclusion is upheld. And whoever is
//! always overtaken begins anew for ever: bounded waiting (starvation).
//! Schedule: P0 loads; P1 increments; the exchange of P0 fails; and so on.

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
        while let Err(now) =
            self.value.compare_exchange(seen, seen + 1, Ordering::SeqCst, Ordering::SeqCst)
        {
            seen = now;
        }
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
