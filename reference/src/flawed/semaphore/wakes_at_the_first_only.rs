//! Flawed: `signal` wakes somebody only if there was no permit before.
//!
//! Bug: of two signals in a row, the second one takes it that the first one has woken all there was to wake.
//! Convicted of: progress, lost wake-up, with three processes; and bounded waiting, as the permit is free for
//! whoever comes first.
//! Schedule: P1 and P2 sleep; P0 signals twice: one of them is woken.

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
        if self.permits.fetch_add(1, Ordering::Release) == 0 {
            futex_wake(&self.permits, 1);
        }
    }
}
