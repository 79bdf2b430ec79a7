//! Flawed: a process that fails takes its bit back.
//!
//! Bug: "I set it, so I must clear it" is wrong: the bit that it found belongs to the one inside.
//! Convicted of: mutual exclusion, open door.
//! Schedule: P0 enters; P1 asks, finds true, clears it, tries again, and gets in.

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
            self.locked.store(false, Ordering::SeqCst);
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
