//! Variant: each process sleeps on a futex of its own, into which its permit is put.

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
    /// By process: the permits that were handed to it, one at most.
    mail: Vec<AtomicU32>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            permits: SharedCell::new(permits),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            last: SharedCell::new(0),
            mail: (0..processes).map(|_| AtomicU32::new(0)).collect(),
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
        let mine = &self.mail[me.index()];
        while mine.swap(0, Ordering::Acquire) == 0 {
            futex_wait(mine, 0);
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
            let mail = &self.mail[next.index()];
            mail.store(1, Ordering::Release);
            futex_wake(mail, 1);
        }
    }
}
