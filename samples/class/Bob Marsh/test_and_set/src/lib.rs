use harness::prelude::*;

/// A ticket lock: the hardware's fetch-and-add instead of test-and-set, and fair.
pub struct TestAndSet {
    next: AtomicU32,
    serving: AtomicU32,
}

impl CriticalSection for TestAndSet {
    fn new(_: usize) -> Self {
        Self { next: AtomicU32::new(0), serving: AtomicU32::new(0) }
    }

    fn entry_section(&self, _: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {}
    }

    fn exit_section(&self, _: ProcessId) {
        self.serving.fetch_add(1, Ordering::Release);
    }
}
