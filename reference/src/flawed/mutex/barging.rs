//! Flawed: opens the lock, and wakes the first in the queue to come and take it.
//!
//! Bug: until that one is awake and has looked, anybody else may take the lock, and it goes back to
//! the queue. Common in practice, as it is fast; but the wait has no bound.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 enters; P1 sleeps; P0 leaves and wakes P1; before P1 has looked, P0 is inside again; P1
//! joins the queue again; and so on.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// Who holds the lock.
    owner: SharedCell<Option<ProcessId>>,
    /// For each process, whether it waits.
    wants_in: Vec<SharedCell<bool>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            wants_in: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        while self.owner.get().is_some() {
            self.wants_in[me.index()].set(true);
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        self.wants_in[me.index()].set(false);
        self.owner.set(Some(me));
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() != Some(me) {
            self.guard.exit_section(me);
            return;
        }
        self.owner.set(None);
        let processes = self.wants_in.len();
        let others = (1..processes).map(|i| (me.index() + i) % processes);
        let next = others.into_iter().find(|&other| self.wants_in[other].get());
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(ProcessId::new(next));
        }
    }
}
