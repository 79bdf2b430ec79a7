use harness::prelude::*;

pub struct Peterson;

impl CriticalSection for Peterson {
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
