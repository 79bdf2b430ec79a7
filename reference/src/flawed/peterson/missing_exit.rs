//! Flawed: the flag is never lowered.
//!
//! Bug: an empty `exit_section`. After P0 has left, P1 gets in only if P0 asks again and gives the
//! turn away: the two alternate strictly.
//! Convicted of: progress. Mutual exclusion and bounded waiting hold.
//! Schedule: P0 enters and leaves and rests; P1 asks.

use harness::prelude::*;

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let other = 1 - me;
        self.flag[me].store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {}
}
