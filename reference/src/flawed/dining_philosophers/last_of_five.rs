//! Flawed: one philosopher takes the right fork first: the last one of five.
//!
//! Bug: with fewer there is no such philosopher, and all take the left fork first.
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
        let (first, second) = if me.index() == 4 { (right, left) } else { (left, right) };
        self.forks[first].wait();
        self.forks[second].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
        self.forks[(me.index() + 1) % self.forks.len()].signal();
    }
}
