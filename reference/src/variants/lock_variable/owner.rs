//! Variant: the lock holds the number of its owner, counted from 1; 0 means that there is none.

use harness::prelude::*;

/// The owner.
#[derive(Debug)]
pub struct LockVariable {
    owner: AtomicUsize,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { owner: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.owner.load(Ordering::SeqCst) != 0 {
            spin_loop();
        }
        self.owner.store(me.index() + 1, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.owner.store(0, Ordering::SeqCst);
    }
}
