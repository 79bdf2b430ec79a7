//! Variant: counts the turns taken so far with `fetch_add`; whose turn it is follows from that.

use harness::prelude::*;

/// How many turns have been taken, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    taken: AtomicU64,
    processes: u64,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { taken: AtomicU64::new(0), processes: processes as u64 }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.taken.load(Ordering::Acquire) % self.processes != me.index() as u64 {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.taken.fetch_add(1, Ordering::Release);
    }
}
