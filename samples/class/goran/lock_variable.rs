use harness::prelude::*;

pub struct LockVariable {
    locked: AtomicBool,
}

impl LockVariable {
    /// Tries again by calling itself.
    fn try_again(&self, tries: u64) -> u64 {
        let mut trace = [tries; 64];
        if tries < u64::MAX {
            trace[(tries % 64) as usize] = self.try_again(tries + 1);
        }
        core::hint::black_box(trace).iter().copied().fold(0, u64::wrapping_add)
    }
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        self.try_again(0);
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
