//! Flawed: `exit_section` waits until somebody else has taken the lock.
//!
//! Bug: meant to be fair, but it asks a process in its remainder section to come and enter.
//! Convicted of: progress, the exit section waits. (With three processes two of them can still pass
//! the lock to each other for ever; that starvation is allowed here.)
//! Schedule: P0 enters and leaves while P1 rests.

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

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
        while !self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
    }
}
