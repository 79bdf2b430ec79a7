//! Flawed: waits while the other one wants in *or* has the turn.
//!
//! Bug: `||` where `&&` is meant. A process has just given the turn away, so it always waits.
//! Convicted of: progress, already with a single process. (In a lucky moment, when the other one asks
//! between its two looks, one can get in.)
//! Schedule: P0 asks, alone. If P1 asks too, each waits for the other's flag.

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
        while self.flag[other].load(Ordering::SeqCst) || self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
