//! Variant: tickets. Whoever leaves wakes the holder of the next one.

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
    /// Who drew each ticket, counted round the circle.
    holders: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            next: SharedCell::new(0),
            serving: SharedCell::new(0),
            owner: SharedCell::new(None),
            holders: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        self.holders[ticket % self.holders.len()].set(Some(me));
        while self.serving.get() != ticket {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        self.owner.set(Some(me));
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() == Some(me) {
            self.owner.set(None);
            let serving = self.serving.get() + 1;
            self.serving.set(serving);
            if serving < self.next.get()
                && let Some(holder) = self.holders[serving % self.holders.len()].get()
            {
                // In the guard or after it: all the same, who is woken looks again.
                unpark(holder);
            }
        }
        self.guard.exit_section(me);
    }
}
