//! Flawed: compare-and-swap without the waiting array.
//!
//! Bug: nothing remembers who waits, so whoever tries at the right moment wins.
//! Convicted of: bounded waiting. Mutual exclusion and progress hold.
//! Schedule: P1 waits; P0 leaves, asks and enters before P1 tries again, for ever.

use harness::prelude::*;

/// True while somebody is inside.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
}

impl CriticalSection for CompareAndSwap {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self
            .locked
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Release);
    }
}
