//! Dining philosophers: each fork is a semaphore with one permit, and everybody takes the fork with the lower
//! number first.
//!
//! If all that wait for a fork held one, the highest fork that is held would be held by somebody who waits
//! for a higher one, which nobody holds: so nobody waits for ever. The semaphores serve in order, so that
//! nobody is overtaken for ever at a fork either.

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
        self.forks[(me.index() + 1) % self.forks.len()].signal();
    }
}
