//! Flawed: whoever stops eating lets only the left neighbour eat.
//!
//! Bug: the right one is not looked after.
//! Convicted of: progress, a lost wake-up, with three philosophers; and bounded waiting with four, as in `two_conspire`.
//! Schedule: P0 eats; P1 is hungry and sleeps; P0 stops and wakes nobody.

use harness::prelude::*;

/// What a philosopher does.
const THINKS: u8 = 0;
const HUNGRY: u8 = 1;
const EATS: u8 = 2;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    guard: Guard,
    state: Vec<SharedCell<u8>>,
}

impl DiningPhilosophers {
    fn left(&self, philosopher: usize) -> usize {
        (philosopher + self.state.len() - 1) % self.state.len()
    }

    fn right(&self, philosopher: usize) -> usize {
        (philosopher + 1) % self.state.len()
    }

    /// In the guard: lets one eat if it is hungry and no neighbour eats.
    fn test(&self, philosopher: usize) -> bool {
        let eats = self.state[philosopher].get() == HUNGRY
            && self.state[self.left(philosopher)].get() != EATS
            && self.state[self.right(philosopher)].get() != EATS;
        if eats {
            self.state[philosopher].set(EATS);
        }
        eats
    }
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            guard: Guard::new(),
            state: (0..philosophers).map(|_| SharedCell::new(THINKS)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        self.guard.enter();
        self.state[me.index()].set(HUNGRY);
        let mut eats = self.test(me.index());
        self.guard.leave();
        while !eats {
            park();
            self.guard.enter();
            eats = self.state[me.index()].get() == EATS;
            self.guard.leave();
        }
    }

    fn put_down(&self, me: ProcessId) {
        let left = self.left(me.index());
        self.guard.enter();
        self.state[me.index()].set(THINKS);
        let left_eats = self.test(left);
        self.guard.leave();
        if left_eats {
            unpark(ProcessId::new(left));
        }
    }
}
