//! Flawed: tests the lock once, pauses, and goes in anyway.
//!
//! Bug: `if` where `while` is meant.
//! Convicted of: mutual exclusion, open door. Nobody ever waits, so the other two hold.
//! Schedule: P0 enters; P1 asks, sees true, pauses, and gets in.

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
        if self.locked.load(Ordering::SeqCst) {
            yield_now();
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
