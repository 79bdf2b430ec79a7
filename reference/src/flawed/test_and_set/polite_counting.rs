//! Flawed: two locks in opposite orders, whoever fails gives the first one back; and all failures are
//! counted.
//!
//! Bug: politeness instead of an order. As the count grows, no state ever comes again, and yet it goes
//! on for ever.
//! Convicted of: progress, livelock. (Starvation is allowed here, and this has it too.)
//! Schedule: P0 and P1 in lockstep.

use harness::prelude::*;

/// Two bits; whoever has set both is inside. And how often somebody stepped back.
#[derive(Debug)]
pub struct TestAndSet {
    locked: [AtomicBool; 2],
    failures: AtomicU64,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        let locked = [AtomicBool::new(false), AtomicBool::new(false)];
        Self { locked, failures: AtomicU64::new(0) }
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
            self.failures.fetch_add(1, Ordering::SeqCst);
            self.locked[first].store(false, Ordering::SeqCst);
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked[0].store(false, Ordering::SeqCst);
        self.locked[1].store(false, Ordering::SeqCst);
    }
}
