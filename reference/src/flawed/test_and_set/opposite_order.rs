//! Flawed: two locks, taken in opposite orders.
//!
//! Bug: even processes take the left lock first, odd ones the right one.
//! Convicted of: progress, stuck. (Starvation is allowed here, and this has it too.)
//! Schedule: P0 takes the left one, P1 the right one; each waits for the other's.

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
        for side in [first, 1 - first] {
            while self.locked[side].swap(true, Ordering::SeqCst) {
                spin_loop();
            }
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked[0].store(false, Ordering::SeqCst);
        self.locked[1].store(false, Ordering::SeqCst);
    }
}
