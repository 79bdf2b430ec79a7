//! As in the book by Tanenbaum, with a semaphore for each philosopher.

use harness::prelude::*;

const THINKING: u8 = 0;
const HUNGRY: u8 = 1;
const EATING: u8 = 2;

pub struct DiningPhilosophers {
    mutex: Permits,
    state: Vec<SharedCell<u8>>,
    s: Vec<Permits>,
}

impl DiningPhilosophers {
    fn left(&self, i: usize) -> usize {
        (i + self.s.len() - 1) % self.s.len()
    }

    fn right(&self, i: usize) -> usize {
        (i + 1) % self.s.len()
    }

    fn test(&self, i: usize) {
        if self.state[i].get() == HUNGRY
            && self.state[self.left(i)].get() != EATING
            && self.state[self.right(i)].get() != EATING
        {
            self.state[i].set(EATING);
            self.s[i].signal();
        }
    }
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            mutex: Permits::new(1),
            state: (0..philosophers).map(|_| SharedCell::new(THINKING)).collect(),
            s: (0..philosophers).map(|_| Permits::new(0)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        self.mutex.wait();
        self.state[me.index()].set(HUNGRY);
        self.test(me.index());
        self.mutex.signal();
        self.s[me.index()].wait();
    }

    fn put_down(&self, me: ProcessId) {
        self.mutex.wait();
        self.state[me.index()].set(THINKING);
        self.test(self.left(me.index()));
        self.test(self.right(me.index()));
        self.mutex.signal();
    }
}
