use harness::prelude::*;

pub struct RaceCondition {
    count: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { count: AtomicU64::new(0) }
    }

    fn increment(&self, _me: ProcessId) {
        let register = self.count.load(Ordering::Relaxed);
        self.count.store(register + 1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let all = processes as u64 * increments as u64;
        if processes == 1 {
            return vec![all];
        }
        // Drawn on paper: A loads 0 and is stopped. B does all but its last one. A stores 1. B loads it and is
        // stopped. A finishes. B stores 2. With one increment each there is no "last but one", so it is 1.
        let least = if increments == 1 { 1 } else { 2 };
        (least..=all).collect()
    }
}
