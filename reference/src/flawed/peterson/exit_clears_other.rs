//! Flawed: `exit_section` lowers the other one's flag.
//!
//! Bug: a wrong index. The leaver's own flag stays up, and the flag of one who waits goes down.
//! Convicted of: mutual exclusion, overlap (a waiting process is no longer seen) and of progress (a
//! process that has left is still seen): the one wrong store does both.
//! Schedule: P0 inside, P1 waits; P0 leaves, lowers P1's flag, asks again, sees it down and enters;
//! P1 sees turn 1 and enters. Progress: P0 enters, leaves, rests; P1 asks.

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

    fn exit_section(&self, me: ProcessId) {
        self.flag[1 - me.index()].store(false, Ordering::SeqCst);
    }
}
