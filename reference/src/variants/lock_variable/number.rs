//! Variant: an integer, 0 for open and 1 for taken, and `yield_now` in the loop.

use harness::prelude::*;

const OPEN: u32 = 0;
const TAKEN: u32 = 1;

/// One number for all processes.
#[derive(Debug)]
pub struct LockVariable {
    lock: AtomicU32,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { lock: AtomicU32::new(OPEN) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.lock.load(Ordering::SeqCst) == TAKEN {
            yield_now();
        }
        self.lock.store(TAKEN, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.lock.store(OPEN, Ordering::SeqCst);
    }
}
