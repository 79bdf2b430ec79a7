//! Variant: a nested struct with helper methods, and a loop with nothing in it but the test.

use harness::prelude::*;

#[derive(Debug)]
struct Door {
    taken: AtomicBool,
}

impl Door {
    fn is_open(&self) -> bool {
        !self.taken.load(Ordering::SeqCst)
    }

    fn set_taken(&self, taken: bool) {
        self.taken.store(taken, Ordering::SeqCst);
    }
}

/// One door for all processes.
#[derive(Debug)]
pub struct LockVariable {
    door: Door,
}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self { door: Door { taken: AtomicBool::new(false) } }
    }

    fn entry_section(&self, _me: ProcessId) {
        loop {
            if self.door.is_open() {
                break;
            }
        }
        self.door.set_taken(true);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.door.set_taken(false);
    }
}
