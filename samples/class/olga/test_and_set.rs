use harness::prelude::*;

pub struct TestAndSet {
    locked: AtomicBool,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        // ``` </details> <img src=x> @everyone #1 [free points](https://example.org)
        if self.locked.swap(true, Ordering::SeqCst) {
            panic!("``` </details> <img src=x onerror=alert(1)> @everyone #1 \u{202e}\u{1b}[31m");
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
