//! Variant: another fair lock: tickets. The compare-and-swap opens the next ticket's turn. Bypass n-1.

use harness::prelude::*;

/// The next ticket to give out, and the one that is served.
#[derive(Debug)]
pub struct CompareAndSwap {
    next: AtomicU64,
    serving: AtomicU64,
}

impl CriticalSection for CompareAndSwap {
    fn new(_processes: usize) -> Self {
        Self { next: AtomicU64::new(0), serving: AtomicU64::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        let served = self.serving.load(Ordering::Relaxed);
        let opened =
            self.serving.compare_exchange(served, served + 1, Ordering::Release, Ordering::Relaxed);
        debug_assert!(opened.is_ok(), "only the process inside writes it");
    }
}
