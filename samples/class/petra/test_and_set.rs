//! Layer 1.

use harness::prelude::*;

pub struct TestAndSet {
    taken: AtomicBool,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { taken: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while test_and_set(&self.taken) {}
    }

    fn exit_section(&self, _me: ProcessId) {
        self.taken.store(false, Ordering::Release);
    }
}
