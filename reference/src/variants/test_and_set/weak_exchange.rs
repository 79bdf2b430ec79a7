//! Variant: `compare_exchange_weak` in a loop, on an integer; it may fail without a reason.

use harness::prelude::*;

/// 1 while somebody is inside.
#[derive(Debug)]
pub struct TestAndSet {
    lock: AtomicU32,
}

impl TestAndSet {
    fn try_lock(&self) -> bool {
        self.lock.compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { lock: AtomicU32::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while !self.try_lock() {}
    }

    fn exit_section(&self, _me: ProcessId) {
        self.lock.store(0, Ordering::Release);
    }
}
