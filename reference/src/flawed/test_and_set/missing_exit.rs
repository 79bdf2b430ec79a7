//! Flawed: nobody ever opens the lock again.
//!
//! Bug: an empty `exit_section`.
//! Convicted of: progress. One process enters once, then nobody does.
//! Schedule: P0 enters and leaves; P0 asks again, or P1 does.

use harness::prelude::*;

/// True while somebody is inside.
#[derive(Debug)]
pub struct TestAndSet {
    locked: AtomicBool,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.swap(true, Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {}
}
