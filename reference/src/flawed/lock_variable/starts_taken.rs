//! Flawed: the lock is made closed.
//!
//! Bug: the wrong initial value. Nobody ever gets in, so nobody ever opens it either.
//! Convicted of: progress, already with a single process. A solution that stands still has not shown
//! how the lock variable fails.
//! Schedule: P0 asks, alone.

use harness::prelude::*;

/// One bit for all processes.
#[derive(Debug)]
pub struct LockVariable {
    locked: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(true) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
