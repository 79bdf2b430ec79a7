//! Flawed: every process tests and sets a bit of its own.
//!
//! Bug: state that must be shared is kept for each process, so nobody ever sees anybody else.
//! Convicted of: mutual exclusion, open door. Nobody ever waits, so the other two hold.
//! Schedule: P0 enters; P1 asks while P0 is inside, and gets in.

use harness::prelude::*;

/// One bit for each process.
#[derive(Debug)]
pub struct TestAndSet {
    locked: Vec<AtomicBool>,
}

impl CriticalSection for TestAndSet {
    fn new(processes: usize) -> Self {
        Self { locked: (0..processes).map(|_| AtomicBool::new(false)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.locked[me.index()].swap(true, Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.locked[me.index()].store(false, Ordering::SeqCst);
    }
}
