//! Variant: fair, a ticket lock. Bypass n-1.
//!
//! The tickets are drawn by a read-modify-write, which needs no ordering to be different from all
//! others; `serving` hands the data over.

use harness::prelude::*;

/// The next ticket to give out, and the one that is served.
#[derive(Debug)]
pub struct TestAndSet {
    next: AtomicUsize,
    serving: AtomicUsize,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { next: AtomicUsize::new(0), serving: AtomicUsize::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        // Only the process inside writes `serving`, so a load and a store will do.
        let served = self.serving.load(Ordering::Relaxed);
        self.serving.store(served.wrapping_add(1), Ordering::Release);
    }
}
