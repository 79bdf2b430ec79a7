//! Flawed: the two stores of the entry section are swapped.
//!
//! Bug: the turn is given away before the flag is up, so the other one's turn can be overwritten by
//! a process that it has not yet seen.
//! Convicted of: mutual exclusion, overlap.
//! Schedule: P0 writes turn 1; P1 writes turn 0, raises its flag, sees P0's flag down and enters; P0
//! raises its flag, sees turn 0 and enters.

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
        self.turn.store(other, Ordering::SeqCst);
        self.flag[me].store(true, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
