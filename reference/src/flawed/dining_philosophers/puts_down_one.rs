//! Flawed: puts down one fork only.
//!
//! Bug: the right fork stays taken for ever.
//! Convicted of: progress, stuck. The rest holds.
//! Schedule: P0 eats; nobody gets its right fork any more, not even P0.

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
        self.forks[left.min(right)].wait();
        self.forks[left.max(right)].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
    }
}
