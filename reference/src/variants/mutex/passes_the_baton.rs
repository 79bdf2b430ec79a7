//! Variant: each process sleeps on a private semaphore; whoever leaves passes the baton by a signal. A
//! semaphore remembers the signal and never wakes by itself: there is nothing to look at again.

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
    /// For each process, what it sleeps on.
    baton: Vec<Permits>,
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
            baton: (0..processes).map(|_| Permits::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_none() {
            self.owner.set(Some(me));
            self.guard.exit_section(me);
        } else {
            self.enqueue(me);
            self.guard.exit_section(me);
            self.baton[me.index()].wait();
        }
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
            self.baton[next.index()].signal();
        }
    }
}
