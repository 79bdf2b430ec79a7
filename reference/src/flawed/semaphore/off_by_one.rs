//! Flawed: with a number that goes below zero, the last one that waits is not woken.
//!
//! Bug: `<` where `<=` belongs: the number was raised already.
//! Convicted of: progress, lost wake-up.
//! Schedule: P0 has the permit and P1 waits: the number is -1. P0 signals: it is 0, and P1 sleeps on.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore<G = Guard> {
    guard: G,
    /// Below zero: as many processes wait.
    value: SharedCell<isize>,
    /// Who waits: process `queue[i % n]` for `i` from `first` to `last`, without the latter.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    last: SharedCell<usize>,
    /// By process: whether it is in the queue.
    queued: Vec<SharedCell<bool>>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            value: SharedCell::new(permits.cast_signed()),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            last: SharedCell::new(0),
            queued: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let value = self.value.get() - 1;
        self.value.set(value);
        if value < 0 {
            let last = self.last.get();
            self.queue[last % self.queue.len()].set(Some(me));
            self.last.set(last + 1);
            self.queued[me.index()].set(true);
            while self.queued[me.index()].get() {
                self.guard.exit_section(me);
                park();
                self.guard.entry_section(me);
            }
        }
        self.guard.exit_section(me);
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let value = self.value.get() + 1;
        self.value.set(value);
        if value < 0 {
            let first = self.first.get();
            self.first.set(first + 1);
            if let Some(next) = self.queue[first % self.queue.len()].get() {
                self.queued[next.index()].set(false);
                unpark(next);
            }
        }
        self.guard.exit_section(me);
    }
}
