//! Flawed: the process is woken before it is told that it is served.
//!
//! Bug: `unpark` and the store are in the wrong order.
//! Convicted of: progress, early wake-up.
//! Schedule: P1 sleeps; P0 signals and wakes it; P1 looks, is not served, and sleeps again; P0 serves it.

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
    served: Vec<AtomicBool>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            permits: SharedCell::new(permits),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            last: SharedCell::new(0),
            served: (0..processes).map(|_| AtomicBool::new(false)).collect(),
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
        let last = self.last.get();
        self.queue[last % self.queue.len()].set(Some(me));
        self.last.set(last + 1);
        self.guard.exit_section(me);
        while !self.served[me.index()].swap(false, Ordering::Acquire) {
            park();
        }
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let first = self.first.get();
        if first == self.last.get() {
            self.permits.set(self.permits.get() + 1);
            self.guard.exit_section(me);
            return;
        }
        self.first.set(first + 1);
        let next = self.queue[first % self.queue.len()].get();
        self.guard.exit_section(me);
        if let Some(next) = next {
            unpark(next);
            self.served[next.index()].store(true, Ordering::Release);
        }
    }
}
