use harness::prelude::*;

pub struct LockVariable {
    free: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { free: AtomicBool::new(true) }
    }

    fn entry_section(&self, _me: ProcessId) {
        // Look and set in one step, so that nobody can come between.
        while !self.free.swap(false, Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.free.store(true, Ordering::SeqCst);
    }
}
