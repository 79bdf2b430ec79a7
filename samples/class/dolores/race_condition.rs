use harness::prelude::*;

pub struct RaceCondition {
    value: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { value: AtomicU64::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        let v = self.value.load(Ordering::SeqCst);
        self.value.store(v + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        // Worst case: the increments of all processes fall together, so only those of one of them count.
        (increments as u64..=(processes * increments) as u64).collect()
    }
}
