//! Flawed: right under sequential consistency and on an x86, too weak under C++20.
//!
//! Bug: only the store to the flag is `Release`; all else is `SeqCst`. On an x86 the `SeqCst` store
//! to `turn` flushes the flag too, so no stress test there can show it. In C++20 the flag's store has
//! no place in the one order of `SeqCst` operations, and the other's load may miss it.
//! Convicted of: mutual exclusion, under C++20 only.
//! Schedule: P1 asks: flag, turn; P0 asks, reads P1's old flag (stale) and enters; P1 sees turn 1,
//! written by P0, and enters.

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
        self.flag[me].store(true, Ordering::Release);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
