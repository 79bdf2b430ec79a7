//! Flawed: takes the turn for itself instead of giving it to the other.
//!
//! Bug: `turn = me`. Whoever asks last goes first, even past one who is inside.
//! Convicted of: mutual exclusion, open door; and of bounded waiting for the same reason: a process
//! that leaves and asks again takes the turn from the one that waits, each time.
//! Schedule: P0 enters; P1 asks, takes the turn, and gets in. Starvation: P0 waits on turn 1 while
//! P1 leaves, asks, writes turn 1 and enters, again and again.

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
        self.turn.store(me, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
