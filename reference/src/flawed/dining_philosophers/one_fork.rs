//! Flawed: takes the left fork only.
//!
//! Bug: who shares the right fork is not held back.
//! Convicted of: mutual exclusion: it keeps nobody out.
//! Schedule: P0 eats; P1 eats.

use harness::prelude::*;

/// The forks.
#[derive(Debug)]
pub struct DiningPhilosophers {
    forks: Vec<Permits>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self { forks: (0..philosophers).map(|_| Permits::new(1)).collect() }
    }

    fn pick_up(&self, me: ProcessId) {
        self.forks[me.index()].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
    }
}
