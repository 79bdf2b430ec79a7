use harness::prelude::*;

pub struct LockVariable {
    locked: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.load(Ordering::Relaxed) {
            spin_loop();
        }
        self.locked.store(true, Ordering::Relaxed);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Relaxed);
    }
}
