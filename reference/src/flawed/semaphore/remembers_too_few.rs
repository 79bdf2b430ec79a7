//! Flawed: it remembers no more permits than there are processes.
//!
//! Bug: a signal that finds as many permits as processes is forgotten; but anybody may signal, also one that
//! never waits, and as often as it likes.
//! Convicted of: progress, lost wake-up.
//! Schedule: two processes; P0 signals four times; P1 waits four times.

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
            self.guard.exit_section(me);
            return;
        }
        self.served[me.index()].set(false);
        self.join(me);
        self.guard.exit_section(me);
        loop {
            park();
            self.guard.entry_section(me);
            let served = self.served[me.index()].get();
            self.guard.exit_section(me);
            if served {
                return;
            }
        }
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let next = self.next();
        if let Some(next) = next {
            self.served[next.index()].set(true);
        } else if self.permits.get() < self.queue.len() {
            self.permits.set(self.permits.get() + 1);
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
