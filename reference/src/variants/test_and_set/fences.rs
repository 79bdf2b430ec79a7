//! Variant: relaxed accesses and fences.

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
        while self.locked.swap(true, Ordering::Relaxed) {
            spin_loop();
        }
        fence(Ordering::Acquire);
    }

    fn exit_section(&self, _me: ProcessId) {
        fence(Ordering::Release);
        self.locked.store(false, Ordering::Relaxed);
    }
}
