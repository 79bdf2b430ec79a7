//! Flawed: takes each fork as soon as it is free, and keeps it.
//!
//! Bug: whoever waits for the second fork holds the first one.
//! Convicted of: progress, stuck. The rest holds, but for bounded waiting, which depends on who is quick.
//! Schedule: each takes one fork.

use harness::prelude::*;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    guard: Guard,
    changed: Condition,
    /// By fork: whether somebody has it.
    taken: Vec<SharedCell<bool>>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            taken: (0..philosophers).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        let (left, right) = (me.index(), (me.index() + 1) % self.taken.len());
        self.guard.enter();
        for fork in [left, right] {
            while self.taken[fork].get() {
                self.changed.wait(&self.guard);
            }
            self.taken[fork].set(true);
        }
        self.guard.leave();
    }

    fn put_down(&self, me: ProcessId) {
        let (left, right) = (me.index(), (me.index() + 1) % self.taken.len());
        self.guard.enter();
        self.taken[left].set(false);
        self.taken[right].set(false);
        self.changed.broadcast();
        self.guard.leave();
    }
}
