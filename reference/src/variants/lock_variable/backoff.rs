//! Variant: pauses longer each time that it finds the lock taken.

use harness::prelude::*;

const PAUSES_MAX: u32 = 8;

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
        let mut pauses = 1;
        while self.locked.load(Ordering::SeqCst) {
            for _ in 0..pauses {
                spin_loop();
            }
            pauses = (2 * pauses).min(PAUSES_MAX);
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
