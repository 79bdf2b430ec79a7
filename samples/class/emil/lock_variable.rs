use harness::prelude::*;

pub struct LockVariable;

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn entry_section(&self, _me: ProcessId) {
        // It works on my machine.
    }

    fn exit_section(&self, _me: ProcessId) {
        // Nothing to do.
    }
}
