//! Variant: two locks, taken in one order and given back in the other: no deadlock.

use harness::prelude::*;

#[derive(Debug)]
struct Latch(AtomicBool);

impl Latch {
    fn close(&self) {
        while self.0.swap(true, Ordering::Acquire) {
            spin_loop();
        }
    }

    fn open(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Two latches; whoever has closed both is inside.
#[derive(Debug)]
pub struct TestAndSet {
    latches: [Latch; 2],
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { latches: [Latch(AtomicBool::new(false)), Latch(AtomicBool::new(false))] }
    }

    fn entry_section(&self, _me: ProcessId) {
        self.latches.iter().for_each(Latch::close);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.latches.iter().rev().for_each(Latch::open);
    }
}
