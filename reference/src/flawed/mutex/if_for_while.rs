//! Flawed: whoever returns from `park` goes in, without another look.
//!
//! Bug: `park` may return by itself, or for an old token. Only the lock's state tells whether the lock
//! was handed over.
//! Convicted of: mutual exclusion.
//! Schedule: P0 enters; P1 finds the lock taken and parks; it wakes up by itself, and goes in.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    taken: SharedCell<bool>,
    /// For each process, whether it waits.
    waits: Vec<SharedCell<bool>>,
    /// For each process, whether it is inside; its own business.
    inside: Vec<SharedCell<bool>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        let each = || (0..processes).map(|_| SharedCell::new(false)).collect();
        Self {
            guard: G::new(processes),
            taken: SharedCell::new(false),
            waits: each(),
            inside: each(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.taken.get() {
            self.waits[me.index()].set(true);
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
            self.waits[me.index()].set(false);
        }
        self.taken.set(true);
        self.inside[me.index()].set(true);
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        if !self.inside[me.index()].get() {
            return;
        }
        self.inside[me.index()].set(false);
        self.guard.entry_section(me);
        let processes = self.waits.len();
        let mut others = (1..processes).map(|i| (me.index() + i) % processes);
        let next = others.find(|&other| self.waits[other].get());
        match next {
            // Handed over: the lock stays closed.
            Some(next) => self.waits[next].set(false),
            None => self.taken.set(false),
        }
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(ProcessId::new(next));
        }
    }
}
