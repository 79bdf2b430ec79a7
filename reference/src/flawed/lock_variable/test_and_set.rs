//! Flawed, as an answer to this task: a correct lock.
//!
//! Bug: it tests and sets in one step, so it does not fail as the lock variable does. As a lock it is
//! better; but the task was to build the lock variable and to show its overlap.
//! Convicted of: nothing. The failure that was asked for is missing: mutual exclusion is upheld.

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
        while self.locked.swap(true, Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
