//! Flawed: looks again and again whether both forks are free.
//!
//! Bug: it leaves the guard and enters it at once, and never sleeps.
//! Convicted of: busy waiting. The rest holds, but for bounded waiting, which depends on who is quick.
//! Schedule: P0 eats; P1 looks, and looks.

use harness::prelude::*;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    guard: Guard,
    /// By fork: whether somebody has it.
    taken: Vec<SharedCell<bool>>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            guard: Guard::new(),
            taken: (0..philosophers).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        let (left, right) = (me.index(), (me.index() + 1) % self.taken.len());
        self.guard.enter();
        while self.taken[left].get() || self.taken[right].get() {
            self.guard.leave();
            self.guard.enter();
        }
        self.taken[left].set(true);
        self.taken[right].set(true);
        self.guard.leave();
    }

    fn put_down(&self, me: ProcessId) {
        let (left, right) = (me.index(), (me.index() + 1) % self.taken.len());
        self.guard.enter();
        self.taken[left].set(false);
        self.taken[right].set(false);
        self.guard.leave();
    }
}
