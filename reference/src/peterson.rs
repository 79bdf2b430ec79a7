//! Peterson's algorithm for two processes.
//!
//! Idea: say that you want in (`flag`), then let the other one go first (`turn`), then wait only
//! while the other one wants in *and* it is still its turn. If both ask at once, `turn` holds what
//! the later one wrote, so the earlier one goes first; and a process that does not ask has its flag
//! down, so nobody waits for it.
//!
//! Measures: all three criteria upheld, bypass 1.

use harness::prelude::*;

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(processes: usize) -> Self {
        assert_eq!(processes, 2, "Peterson's algorithm is for two processes");
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let other = 1 - me;
        // The proof needs one order of these two stores and the loads below that both processes
        // agree on. Release and acquire give none: each process could still read the other's flag
        // as it was before. SeqCst on all of them does.
        self.flag[me].store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        // It also hands over what was written inside: a process that reads this false knows it.
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
