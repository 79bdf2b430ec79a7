//! Flawed: right under sequential consistency and on an x86, too weak under C++20.
//!
//! Bug: a `SeqCst` fence stands after the two stores, but none between them. It keeps the loads behind
//! the stores; it does not keep the store to `turn` behind the store to `flag`.
//! Convicted of: mutual exclusion, under C++20 only.
//! Schedule: P1 asks: flag, turn, fence; P0's turn comes after P1's, but P0 reads P1's old flag
//! (stale) and enters; P1 sees turn 1, written by P0, and enters.

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
        self.flag[me].store(true, Ordering::Relaxed);
        self.turn.store(other, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        while self.flag[other].load(Ordering::Acquire) && self.turn.load(Ordering::Acquire) == other
        {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::Release);
    }
}
