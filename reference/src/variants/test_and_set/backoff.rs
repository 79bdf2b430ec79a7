//! Variant: exponential back-off, and a static lock.

use harness::prelude::*;

const PAUSES_MAX: u32 = 8;

static LOCKED: AtomicBool = AtomicBool::new(false);

/// Nothing: the lock is static.
#[derive(Debug)]
pub struct TestAndSet;

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn entry_section(&self, _me: ProcessId) {
        let mut pauses = 1;
        while LOCKED.swap(true, Ordering::AcqRel) {
            for _ in 0..pauses {
                spin_loop();
            }
            pauses = PAUSES_MAX.min(pauses << 1);
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        LOCKED.store(false, Ordering::Release);
    }
}
