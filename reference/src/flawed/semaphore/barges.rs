//! Flawed: the permit is free for a moment, for whoever comes first.
//!
//! Bug: whoever is woken competes with those who come; it may lose each time.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 sleeps; P1 signals, which wakes P0, and waits again at once: when P0 looks, there is none.

use harness::prelude::*;

/// The permits.
#[derive(Debug)]
pub struct Semaphore {
    permits: AtomicU32,
}

impl CountingSemaphore for Semaphore {
    fn new(_processes: usize, permits: usize) -> Self {
        Self { permits: AtomicU32::new(permits as u32) }
    }

    fn wait(&self, _me: ProcessId) {
        loop {
            let permits = self.permits.load(Ordering::Relaxed);
            if permits == 0 {
                futex_wait(&self.permits, 0);
            } else if self
                .permits
                .compare_exchange(permits, permits - 1, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
            {
                return;
            }
        }
    }

    fn signal(&self, _me: ProcessId) {
        self.permits.fetch_add(1, Ordering::Release);
        futex_wake(&self.permits, 1);
    }
}
