//! Flawed: sets the lock first and tests it afterwards.
//!
//! Bug: the two lines are in the wrong order, so a process waits for the bit that it has set itself.
//! Convicted of: progress, already with a single process.
//! Schedule: P0 asks, alone.

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
        self.locked.store(true, Ordering::SeqCst);
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
