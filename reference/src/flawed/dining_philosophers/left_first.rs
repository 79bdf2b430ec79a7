//! Flawed: everybody takes the left fork first.
//!
//! Bug: if all have their left fork, all wait for the right one.
//! Convicted of: progress, stuck. The rest holds.
//! Schedule: each takes one fork.

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
        let (left, right) = (me.index(), (me.index() + 1) % self.forks.len());
        self.forks[left].wait();
        self.forks[right].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
        self.forks[(me.index() + 1) % self.forks.len()].signal();
    }
}
