//! Flawed: opens the lock and wakes nobody.
//!
//! Bug: whoever sleeps goes on sleeping. Those who come later take the open lock.
//! Convicted of: progress, a lost wake-up; and so of bounded waiting, too: while the one sleeps, the
//! others enter again and again.
//! Schedule: P0 enters; P1 joins the queue and sleeps; P0 leaves.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// Who holds the lock.
    owner: SharedCell<Option<ProcessId>>,
    /// Who waits: process `queue[(first + i) % n]` for `i` below `waiting`.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
}

impl<G> Mutex<G> {
    /// Joins the queue. Called inside of the guard.
    fn enqueue(&self, me: ProcessId) {
        let (first, waiting) = (self.first.get(), self.waiting.get());
        self.queue[(first + waiting) % self.queue.len()].set(Some(me));
        self.waiting.set(waiting + 1);
    }
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
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
        self.enqueue(me);
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
        if self.owner.get() == Some(me) {
            self.owner.set(None);
        }
        self.guard.exit_section(me);
    }
}
