//! Flawed: whoever came last is served first.
//!
//! Bug: those who wait are a stack.
//! Convicted of: bounded waiting, starvation, with three processes.
//! Schedule: P0 waits; P1 and P2 hand the permit to one another.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<usize>,
    /// Who waits: process `queue[i]` for `i` below `last`.
    queue: Vec<SharedCell<Option<ProcessId>>>,
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
        self.queue[last].set(Some(process));
        self.last.set(last + 1);
    }

    /// Takes the last process off the queue.
    fn next(&self) -> Option<ProcessId> {
        let last = self.last.get().checked_sub(1)?;
        self.last.set(last);
        self.queue[last].get()
    }
}
