//! Flawed: `exit_section` waits until somebody else has taken the lock.
//!
//! Bug: meant to be fair, but it asks a process in its remainder section to come and enter.
//! Convicted of: progress, the exit section waits; besides the overlap of the lock variable, and
//! with three processes its starvation (two of them can pass the lock to each other for ever).
//! Schedule: P0 enters and leaves while P1 rests.

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
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
        while !self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
    }
}
