//! A lock whose waiting processes sleep, over a guard of the lower layers.
//!
//! The guard is held for a few steps only: to look at the state, to change it, to join the queue. Whoever
//! finds the lock taken joins the queue, leaves the guard and sleeps. Whoever leaves hands the lock over to
//! the first in the queue: the lock never becomes free in between, so nobody overtakes.

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
        let (first, waiting) = (self.first.get(), self.waiting.get());
        self.queue[(first + waiting) % self.queue.len()].set(Some(me));
        self.waiting.set(waiting + 1);
        loop {
            self.guard.exit_section(me);
            park();
            // A wake-up may come by itself: only the owner knows.
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
            // It is not inside: nothing to give up.
            self.guard.exit_section(me);
            return;
        }
        let waiting = self.waiting.get();
        if waiting == 0 {
            self.owner.set(None);
            self.guard.exit_section(me);
            return;
        }
        let first = self.first.get();
        let next = self.queue[first].get();
        self.first.set((first + 1) % self.queue.len());
        self.waiting.set(waiting - 1);
        self.owner.set(next);
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}
