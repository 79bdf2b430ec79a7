//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: the swap is `Release`, where it must acquire: what is released is never taken up.
//! Convicted of: mutual exclusion, not visible; under C++20 only.
//! Schedule: P0 enters, writes, leaves; P1 swaps, enters, and reads the old data.

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
        while self.locked.swap(true, Ordering::Release) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Release);
    }
}
