//! Flawed: those who wait form a pile: who came last goes first.
//!
//! Bug: among three, two can take turns on top of the pile while the third lies below for ever.
//! Convicted of: bounded waiting, starvation, with three processes.
//! Schedule: P0 enters; P1 waits, then P2; P0 hands over to P2 and waits on top of P1; P2 hands over to
//! P0 and waits on top of P1; and so on.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// Who holds the lock.
    owner: SharedCell<Option<ProcessId>>,
    /// Who waits, the last one at `waiting - 1`.
    pile: Vec<SharedCell<Option<ProcessId>>>,
    waiting: SharedCell<usize>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            pile: (0..processes).map(|_| SharedCell::new(None)).collect(),
            waiting: SharedCell::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_none() {
            self.owner.set(Some(me));
            self.guard.exit_section(me);
            return;
        }
        let waiting = self.waiting.get();
        self.pile[waiting].set(Some(me));
        self.waiting.set(waiting + 1);
        loop {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
            if self.owner.get() == Some(me) {
                self.guard.exit_section(me);
                return;
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() != Some(me) {
            self.guard.exit_section(me);
            return;
        }
        let waiting = self.waiting.get();
        let next = if waiting == 0 { None } else { self.pile[waiting - 1].get() };
        self.waiting.set(waiting.saturating_sub(1));
        self.owner.set(next);
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}
