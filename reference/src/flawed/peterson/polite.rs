//! Flawed: flags without a turn, and whoever meets the other's flag steps back for a moment.
//!
//! Bug: politeness instead of a decision. If both step back and come again in step, neither enters.
//! Convicted of: progress, livelock; and of bounded waiting, for one of the two may always find the
//! other's flag down for that moment.
//! Schedule: the two in lockstep. Starvation: P0 has stepped back; P1 leaves, asks and enters; P0
//! raises its flag, sees P1's, steps back; and so on.

use harness::prelude::*;

/// Who wants in.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)] }
    }

    fn entry_section(&self, me: ProcessId) {
        let (mine, other) = (&self.flag[me.index()], &self.flag[1 - me.index()]);
        mine.store(true, Ordering::SeqCst);
        while other.load(Ordering::SeqCst) {
            mine.store(false, Ordering::SeqCst);
            yield_now();
            mine.store(true, Ordering::SeqCst);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
