//! Flawed: nobody ever opens the lock again.
//!
//! Bug: an empty `exit_section`.
//! Convicted of: progress, besides the overlap that the lock variable has anyway. Bounded waiting
//! holds: only those who looked before the first one set ever get in, and each of them once.
//! Schedule: P0 enters and leaves; P0 asks again, or P1 does.

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

    fn exit_section(&self, _me: ProcessId) {}
}
