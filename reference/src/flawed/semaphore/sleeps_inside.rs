//! Flawed: whoever waits sleeps inside of the guard.
//!
//! Bug: who would signal does not get in to do so.
//! Convicted of: progress, both wait for ever.
//! Schedule: P0 has the permit; P1 waits, and sleeps in the guard; P0 signals, and waits for the guard.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<usize>,
    /// Who waits: process `queue[i % n]` for `i` from `first` to `last`, without the latter.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    last: SharedCell<usize>,
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
            last: SharedCell::new(0),
            served: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let permits = self.permits.get();
        if permits > 0 {
            self.permits.set(permits - 1);
        } else {
            self.served[me.index()].set(false);
            self.join(me);
            while !self.served[me.index()].get() {
                park();
            }
        }
        self.guard.exit_section(me);
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let next = self.next();
        match next {
            Some(next) => self.served[next.index()].set(true),
            None => self.permits.set(self.permits.get() + 1),
        }
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}

impl<G> Semaphore<G> {
    /// Puts a process at the end of the queue.
    fn join(&self, process: ProcessId) {
        let last = self.last.get();
        self.queue[last % self.queue.len()].set(Some(process));
        self.last.set(last + 1);
    }

    /// Takes the first process off the queue.
    fn next(&self) -> Option<ProcessId> {
        let first = self.first.get();
        if first == self.last.get() {
            return None;
        }
        self.first.set(first + 1);
        self.queue[first % self.queue.len()].get()
    }
}
