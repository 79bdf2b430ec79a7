//! Flawed: waits while the answer is false.
//!
//! Bug: a `!` too many. The first one is told false, tries again, is told true by its own bit, and
//! goes in; and everybody who finds the lock closed goes in at once.
//! Convicted of: mutual exclusion, open door. Nobody waits, so the other two hold.
//! Schedule: P0 enters; P1 asks while P0 is inside, and gets in.

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
        while !self.locked.swap(true, Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
