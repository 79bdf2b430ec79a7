//! Flawed: `exit_section` turns the lock over instead of opening it.
//!
//! Bug: "it was closed, so now it is open" is true only if nobody else has left in the meantime. Two
//! processes that got in together leave the lock closed behind them.
//! Convicted of: progress, besides the overlap and the starvation of the lock variable.
//! Schedule: P0 and P1 both look, both enter; P0 leaves (open), P1 leaves (closed); anybody asks.

use harness::prelude::*;

/// One bit for all processes.
#[derive(Debug)]
pub struct LockVariable {
    locked: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.fetch_not(Ordering::SeqCst);
    }
}
