//! A counting semaphore over a guard: the number of permits, and a queue of those who wait.
//!
//! A `signal` hands its permit to the first in the queue, if anybody waits: the count stays at zero, so that
//! nobody who comes later takes the permit first.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<usize>,
    /// Who waits: process `queue[(first + i) % n]` for `i` below `waiting`.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
    /// By process: whether a permit was handed to it.
    served: Vec<SharedCell<bool>>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            permits: SharedCell::new(permits),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            waiting: SharedCell::new(0),
            served: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let permits = self.permits.get();
        if permits > 0 {
            self.permits.set(permits - 1);
            self.guard.exit_section(me);
            return;
        }
        let (first, waiting) = (self.first.get(), self.waiting.get());
        self.queue[(first + waiting) % self.queue.len()].set(Some(me));
        self.waiting.set(waiting + 1);
        self.served[me.index()].set(false);
        loop {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
            if self.served[me.index()].get() {
                self.guard.exit_section(me);
                return;
            }
        }
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let waiting = self.waiting.get();
        if waiting == 0 {
            self.permits.set(self.permits.get() + 1);
            self.guard.exit_section(me);
            return;
        }
        let first = self.first.get();
        let next = self.queue[first].get();
        self.first.set((first + 1) % self.queue.len());
        self.waiting.set(waiting - 1);
        if let Some(next) = next {
            self.served[next.index()].set(true);
        }
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}
