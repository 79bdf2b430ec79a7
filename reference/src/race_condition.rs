//! The race condition: a counter whose increment is three steps.
//!
//! Idea: load, add one, store. The value lies in a register meanwhile, and what others store in between is
//! overwritten: their increments are lost.
//!
//! What is left in the end? All of it, if nobody interferes. At the least, 2, however many processes
//! and increments there are (from two of each on): one process loads 0 and sleeps while all the others
//! do all that they have to do but for one last increment; it stores 1; the last of the others loads
//! that 1 and sleeps while the first one finishes; it stores 2. Less cannot be: whoever stores last has
//! stored before, and nobody stores less than 1, so that its last load finds at least 1.
//!
//! Measures: mutual exclusion violated (a lost update), progress upheld, bounded waiting upheld (others
//! can come twice in between: before the load and before the store), prediction upheld.

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
        let seen = self.value.load(Ordering::SeqCst);
        // Whatever others store between the load above and the store below is lost. No ordering closes this
        // gap: it is in the algorithm, not in the memory.
        self.value.store(seen + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = match (processes, increments) {
            // Nobody interferes.
            (0 | 1, _) | (_, 0) => most,
            // All load 0, all store 1.
            (_, 1) => 1,
            _ => 2,
        };
        (least..=most).collect()
    }
}
