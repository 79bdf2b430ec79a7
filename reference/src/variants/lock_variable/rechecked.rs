//! Variant: writes its number and looks whether it is still there, and if not, begins anew.
//!
//! The gap is smaller, but it is still a gap: a process may have looked before we wrote, and write
//! after we looked again.

use harness::prelude::*;

/// The owner, counted from 1; 0 means that there is none.
#[derive(Debug)]
pub struct LockVariable {
    owner: AtomicUsize,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { owner: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = me.index() + 1;
        loop {
            while self.owner.load(Ordering::SeqCst) != 0 {
                spin_loop();
            }
            self.owner.store(mine, Ordering::SeqCst);
            if self.owner.load(Ordering::SeqCst) == mine {
                return;
            }
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.owner.store(0, Ordering::SeqCst);
    }
}
