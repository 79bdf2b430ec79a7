//! Variant: numbers, and `park`: whoever stops eating wakes both neighbours.

use harness::prelude::*;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    guard: Guard,
    /// The number of the next that gets hungry.
    next: SharedCell<usize>,
    /// By philosopher: its number since it got hungry, until it has eaten; otherwise 0.
    number: Vec<SharedCell<usize>>,
}

impl DiningPhilosophers {
    /// In the guard: whether both neighbours want nothing, or got hungry later.
    fn is_first(&self, philosopher: usize) -> bool {
        let n = self.number.len();
        let mine = self.number[philosopher].get();
        let neighbours = [(philosopher + 1) % n, (philosopher + n - 1) % n];
        mine != 0
            && neighbours.iter().all(|&other| {
                let other = self.number[other].get();
                other == 0 || other > mine
            })
    }
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            guard: Guard::new(),
            next: SharedCell::new(1),
            number: (0..philosophers).map(|_| SharedCell::new(0)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        self.guard.enter();
        self.number[me.index()].set(self.next.get());
        self.next.set(self.next.get() + 1);
        while !self.is_first(me.index()) {
            self.guard.leave();
            park();
            self.guard.enter();
        }
        self.guard.leave();
    }

    fn put_down(&self, me: ProcessId) {
        let n = self.number.len();
        self.guard.enter();
        self.number[me.index()].set(0);
        self.guard.leave();
        unpark(ProcessId::new((me.index() + 1) % n));
        unpark(ProcessId::new((me.index() + n - 1) % n));
    }
}
