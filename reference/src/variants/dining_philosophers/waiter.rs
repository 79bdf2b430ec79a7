//! Variant: a waiter lets all but one sit down; then one of those at the table gets both forks.

use harness::prelude::*;

/// The forks.
#[derive(Debug)]
pub struct DiningPhilosophers {
    room: Permits,
    forks: Vec<Permits>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            room: Permits::new(philosophers - 1),
            forks: (0..philosophers).map(|_| Permits::new(1)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        self.room.wait();
        let (left, right) = (me.index(), (me.index() + 1) % self.forks.len());
        self.forks[left].wait();
        self.forks[right].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
        self.forks[(me.index() + 1) % self.forks.len()].signal();
        self.room.signal();
    }
}
