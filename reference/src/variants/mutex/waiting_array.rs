//! Variant: no queue: each process says whether it waits, and whoever leaves looks round the circle, wakes
//! the next one inside of the guard, and panics if it is not the owner.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    /// For each process, whether it waits.
    waits: Vec<SharedCell<bool>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            waits: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_none() {
            self.owner.set(Some(me));
        }
        while self.owner.get() != Some(me) {
            self.waits[me.index()].set(true);
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        self.waits[me.index()].set(false);
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        assert!(self.owner.get() == Some(me), "only the owner gives up the lock");
        let processes = self.waits.len();
        let mut others = (1..processes).map(|i| ProcessId::new((me.index() + i) % processes));
        let next = others.find(|other| self.waits[other.index()].get());
        self.owner.set(next);
        if let Some(next) = next {
            unpark(next);
        }
        self.guard.exit_section(me);
    }
}
