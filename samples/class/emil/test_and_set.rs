use harness::prelude::*;

pub struct TestAndSet;

impl CriticalSection for TestAndSet {
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
