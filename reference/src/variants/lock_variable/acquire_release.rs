//! Variant: release and acquire. The overlap is in the algorithm, so it is there with any ordering.

use harness::prelude::*;

/// One bit for all processes.
#[derive(Debug)]
pub struct LockVariable {
    locked: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.load(Ordering::Acquire) {
            spin_loop();
        }
        self.locked.store(true, Ordering::Release);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Release);
    }
}
