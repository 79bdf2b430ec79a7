//! Flawed: asks again and again, instead of sleeping.
//!
//! Bug: the guard makes it easy to look at the lock, and so it looks and looks. A fair lock all the same,
//! with tickets.
//! Convicted of: busy waiting.
//! Schedule: P0 enters and stays; P1 draws a ticket, and enters and leaves the guard for ever.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// The next ticket.
    next: SharedCell<usize>,
    /// The ticket that may go in.
    serving: SharedCell<usize>,
    /// Who holds the lock.
    owner: SharedCell<Option<ProcessId>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            next: SharedCell::new(0),
            serving: SharedCell::new(0),
            owner: SharedCell::new(None),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        while self.serving.get() != ticket {
            self.guard.exit_section(me);
            spin_loop();
            self.guard.entry_section(me);
        }
        self.owner.set(Some(me));
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() == Some(me) {
            self.owner.set(None);
            self.serving.set(self.serving.get() + 1);
        }
        self.guard.exit_section(me);
    }
}
