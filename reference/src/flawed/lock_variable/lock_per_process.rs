//! Flawed: every process has a lock variable of its own.
//!
//! Bug: state that must be shared is kept for each process, so nobody ever sees anybody else.
//! Convicted of: mutual exclusion, open door. Nobody ever waits, so the other two hold.
//! Schedule: P0 enters; P1 asks while P0 is inside, and gets in.

use harness::prelude::*;

/// One bit for each process.
#[derive(Debug)]
pub struct LockVariable {
    locked: Vec<AtomicBool>,
}

impl CriticalSection for LockVariable {
    fn new(processes: usize) -> Self {
        Self { locked: (0..processes).map(|_| AtomicBool::new(false)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let locked = &self.locked[me.index()];
        while locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        self.locked[me.index()].store(false, Ordering::SeqCst);
    }
}
