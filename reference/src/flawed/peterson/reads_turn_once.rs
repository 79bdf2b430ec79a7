//! Flawed: looks at the turn once and then waits on the copy.
//!
//! Bug: a local variable where the shared one must be read anew. The one that asked first has seen
//! the turn that it gave away itself, and never learns that the other one gave it back.
//! Convicted of: progress, stuck.
//! Schedule: both raise their flags; P0 writes turn 1 and reads 1; P1 writes turn 0 and reads 0.

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
        let turn = self.turn.load(Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && turn == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
