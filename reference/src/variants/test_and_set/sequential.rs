//! Variant: `SeqCst` everywhere, and `yield_now` in the loop.

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
        while self.locked.swap(true, Ordering::SeqCst) {
            yield_now();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
