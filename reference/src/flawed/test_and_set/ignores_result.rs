//! Flawed: waits until the lock looks open, then sets it without looking at the answer.
//!
//! Bug: test, *then* test-and-set, with the test of the second thrown away: a lock variable.
//! Convicted of: mutual exclusion, overlap. (Starvation is allowed here, and this has it too.)
//! Schedule: P0 and P1 both see false, both swap, both enter.

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
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        self.locked.swap(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
