//! With relaxed accesses and fences between them: more order, and the same gap.

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
        let seen = self.value.load(Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.value.store(seen + 1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
