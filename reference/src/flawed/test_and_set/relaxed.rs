//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: all orderings are `Relaxed`. The swap still excludes the others, for it always takes the
//! newest value; but what was written inside need not be visible to the next one inside.
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
        while self.locked.swap(true, Ordering::Relaxed) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Relaxed);
    }
}
