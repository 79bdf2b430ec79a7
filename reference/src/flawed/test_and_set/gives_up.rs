//! Flawed: tries three times and then goes in anyway.
//!
//! Bug: a bounded number of attempts where only an unbounded one is right.
//! Convicted of: mutual exclusion, open door. Nobody waits long, so the other two hold.
//! Schedule: P0 enters; P1 tries three times while P0 is inside, and gets in.

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
        for _ in 0..3 {
            if !self.locked.swap(true, Ordering::SeqCst) {
                break;
            }
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
