use harness::prelude::*;

static mut NUMBER: [u32; 8] = [0; 8];

pub struct Bakery;

impl CriticalSection for Bakery {
    fn new(_: usize) -> Self {
        Self
    }

    fn entry_section(&self, me: ProcessId) {
        unsafe { NUMBER[me.index()] = 1 };
        std::thread::sleep(std::time::Duration::from_millis(10));
    }

    fn exit_section(&self, me: ProcessId) {
        unsafe { NUMBER[me.index()] = 0 };
    }
}
