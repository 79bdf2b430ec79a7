//! Variant: the bit is a `static`. One critical section for the whole program, as in a small kernel.

use harness::prelude::*;

static LOCKED: AtomicBool = AtomicBool::new(false);

/// Nothing: the state is static.
#[derive(Debug)]
pub struct LockVariable;

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn entry_section(&self, _me: ProcessId) {
        while LOCKED.load(Ordering::SeqCst) {
            spin_loop();
        }
        LOCKED.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        LOCKED.store(false, Ordering::SeqCst);
    }
}
