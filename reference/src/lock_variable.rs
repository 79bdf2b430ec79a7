//! The lock variable: one shared bit that says whether somebody is inside.
//!
//! Idea: look at the bit; when it is false, set it and go in. Looking and setting are two steps, and
//! that is the whole lesson: two processes can both look before either of them sets.
//!
//! Measures: mutual exclusion violated (overlap), progress upheld, bounded waiting violated.

use harness::prelude::*;

/// One bit for all processes: false means that nobody is inside.
#[derive(Debug)]
pub struct LockVariable {
    locked: AtomicBool,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.locked.load(Ordering::SeqCst) {
            spin_loop();
        }
        // Between the load above and the store below, another process may see false too. No ordering
        // closes this gap: it is in the algorithm, not in the memory.
        self.locked.store(true, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
