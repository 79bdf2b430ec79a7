//! Variant: one bit of a byte, set by `fetch_or` and cleared by `fetch_and`.

use harness::prelude::*;

const LOCKED: u8 = 0b1000_0000;

/// The top bit is set while somebody is inside.
#[derive(Debug)]
pub struct TestAndSet {
    word: AtomicU8,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { word: AtomicU8::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.word.fetch_or(LOCKED, Ordering::Acquire) & LOCKED != 0 {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.word.fetch_and(!LOCKED, Ordering::Release);
    }
}
