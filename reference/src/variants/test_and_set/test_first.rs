//! Variant: test and test-and-set: looks before it swaps, so that waiting does not write.

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
        loop {
            while self.locked.load(Ordering::Relaxed) {
                spin_loop();
            }
            if !self.locked.swap(true, Ordering::Acquire) {
                return;
            }
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Release);
    }
}
