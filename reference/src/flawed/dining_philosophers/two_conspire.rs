//! Flawed: the solution of the textbooks: whoever stops eating lets its neighbours eat if they can.
//!
//! Bug: two that are not neighbours can take turns so that one of them always eats; the one between them never
//! finds both at rest.
//! Convicted of: bounded waiting, starvation, with four philosophers. The rest holds.
//! Schedule: P1 is hungry; P0 eats; P2 starts before P0 stops, and P0 starts again before P2 stops, and so on.

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
        let (left, right) = (self.left(me.index()), self.right(me.index()));
        self.guard.enter();
        self.state[me.index()].set(THINKS);
        let left_eats = self.test(left);
        let right_eats = self.test(right);
        self.guard.leave();
        if left_eats {
            unpark(ProcessId::new(left));
        }
        if right_eats {
            unpark(ProcessId::new(right));
        }
    }
}
