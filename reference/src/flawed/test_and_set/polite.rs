//! Flawed: two locks in opposite orders, and whoever fails gives the first one back and starts anew.
//!
//! Bug: politeness instead of an order. If two step back and come again in step, neither enters.
//! Convicted of: progress, livelock. (Starvation is allowed here, and this has it too.)
//! Schedule: P0 and P1 in lockstep.

use harness::prelude::*;

/// Two bits; whoever has set both is inside.
#[derive(Debug)]
pub struct TestAndSet {
    locked: [AtomicBool; 2],
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { locked: [AtomicBool::new(false), AtomicBool::new(false)] }
    }

    fn entry_section(&self, me: ProcessId) {
        let first = me.index() % 2;
        loop {
            while self.locked[first].swap(true, Ordering::SeqCst) {
                spin_loop();
            }
            if !self.locked[1 - first].swap(true, Ordering::SeqCst) {
                return;
            }
            self.locked[first].store(false, Ordering::SeqCst);
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked[0].store(false, Ordering::SeqCst);
        self.locked[1].store(false, Ordering::SeqCst);
    }
}
