//! Variant: counts the processes inside, with `fetch_add` and `fetch_sub`; waits until there are none.

use harness::prelude::*;

/// How many are inside.
#[derive(Debug)]
pub struct LockVariable {
    inside: AtomicI32,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { inside: AtomicI32::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.inside.load(Ordering::SeqCst) > 0 {
            spin_loop();
        }
        self.inside.fetch_add(1, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }
}
