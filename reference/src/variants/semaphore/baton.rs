//! Variant: baton-passing. A lock of its own protects the state; a signal for somebody who waits does not
//! release it, but passes it on with the permit: whoever is woken releases it.
//!
//! It cannot be built over a guard, which is left by the one that entered it.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore {
    /// The lock: tickets that were drawn, and the one that is served.
    drawn: AtomicUsize,
    served: AtomicUsize,
    permits: SharedCell<usize>,
    /// Who waits: process `queue[i % n]` for `i` from `first` to `last`, without the latter.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    last: SharedCell<usize>,
    /// By process: whether the baton was passed to it.
    baton: Vec<AtomicBool>,
}

impl Semaphore {
    fn lock(&self) {
        let ticket = self.drawn.fetch_add(1, Ordering::Relaxed);
        while self.served.load(Ordering::Acquire) != ticket {
            spin_loop();
        }
    }

    fn unlock(&self) {
        let served = self.served.load(Ordering::Relaxed);
        self.served.store(served + 1, Ordering::Release);
    }
}

impl CountingSemaphore for Semaphore {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            drawn: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            permits: SharedCell::new(permits),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            last: SharedCell::new(0),
            baton: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.lock();
        let permits = self.permits.get();
        if permits == 0 {
            let last = self.last.get();
            self.queue[last % self.queue.len()].set(Some(me));
            self.last.set(last + 1);
            self.unlock();
            while !self.baton[me.index()].swap(false, Ordering::Acquire) {
                park();
            }
            // From here on it has the lock, from the one that signalled.
            self.first.set(self.first.get() + 1);
        } else {
            self.permits.set(permits - 1);
        }
        self.unlock();
    }

    fn signal(&self, _me: ProcessId) {
        self.lock();
        let first = self.first.get();
        if first == self.last.get() {
            self.permits.set(self.permits.get() + 1);
            self.unlock();
        } else if let Some(next) = self.queue[first % self.queue.len()].get() {
            self.baton[next.index()].store(true, Ordering::Release);
            unpark(next);
        }
    }
}
