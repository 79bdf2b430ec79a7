//! Variant: forks that were used are dirty. Whoever is asked for a dirty fork gives it away, clean; whoever is
//! asked for a clean one eats first. Source: Chandy, Misra, "The drinking philosophers problem", TOPLAS 6(4),
//! 1984.

use harness::prelude::*;

/// One fork, between two neighbours.
#[derive(Debug)]
struct Fork {
    owner: SharedCell<usize>,
    /// It was used since it changed hands.
    dirty: SharedCell<bool>,
    /// The other one asked for it.
    wanted: SharedCell<bool>,
}

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    guard: Guard,
    changed: Condition,
    forks: Vec<Fork>,
    hungry: Vec<SharedCell<bool>>,
    eats: Vec<SharedCell<bool>>,
}

impl DiningPhilosophers {
    fn forks(&self, me: ProcessId) -> [&Fork; 2] {
        [&self.forks[me.index()], &self.forks[(me.index() + 1) % self.forks.len()]]
    }

    fn has_both(&self, me: ProcessId) -> bool {
        self.forks(me).iter().all(|fork| fork.owner.get() == me.index())
    }
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        // Fork `i` lies between philosophers `i - 1` and `i`. All are dirty, and with the lower one.
        let owner = |fork: usize| if fork == 0 { 0 } else { fork - 1 };
        let fork = |fork| Fork {
            owner: SharedCell::new(owner(fork)),
            dirty: SharedCell::new(true),
            wanted: SharedCell::new(false),
        };
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            forks: (0..philosophers).map(fork).collect(),
            hungry: (0..philosophers).map(|_| SharedCell::new(false)).collect(),
            eats: (0..philosophers).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        self.guard.enter();
        self.hungry[me.index()].set(true);
        for fork in self.forks(me) {
            let owner = fork.owner.get();
            if owner == me.index() {
                continue;
            }
            if fork.dirty.get() && !self.eats[owner].get() {
                fork.owner.set(me.index());
                fork.dirty.set(false);
                fork.wanted.set(self.hungry[owner].get());
            } else {
                fork.wanted.set(true);
            }
        }
        while !self.has_both(me) {
            self.changed.wait(&self.guard);
        }
        self.hungry[me.index()].set(false);
        self.eats[me.index()].set(true);
        self.guard.leave();
    }

    fn put_down(&self, me: ProcessId) {
        let n = self.forks.len();
        self.guard.enter();
        self.eats[me.index()].set(false);
        for (fork, other) in self.forks(me).into_iter().zip([me.index() + n - 1, me.index() + 1]) {
            let wanted = fork.wanted.get();
            fork.dirty.set(!wanted);
            if wanted {
                fork.owner.set(other % n);
                fork.wanted.set(false);
            }
        }
        self.changed.broadcast();
        self.guard.leave();
    }
}
