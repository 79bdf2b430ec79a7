//! Flawed: sleeps without leaving the guard.
//!
//! Bug: whoever is inside cannot get out any more, as `exit_section` needs the guard; and it alone could
//! wake the sleeper.
//! Convicted of: progress, P0 waits for the guard, P1 in the guard for P0.
//! Schedule: P0 enters; P1 joins the queue and sleeps in the guard; P0 wants to leave.

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

    /// Takes the first one off the queue. Called inside of the guard.
    fn dequeue(&self) -> Option<ProcessId> {
        let (first, waiting) = (self.first.get(), self.waiting.get());
        if waiting == 0 {
            return None;
        }
        self.first.set((first + 1) % self.queue.len());
        self.waiting.set(waiting - 1);
        self.queue[first].get()
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
        } else {
            self.enqueue(me);
            while self.owner.get() != Some(me) {
                park();
            }
        }
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() != Some(me) {
            self.guard.exit_section(me);
            return;
        }
        let next = self.dequeue();
        self.owner.set(next);
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}
