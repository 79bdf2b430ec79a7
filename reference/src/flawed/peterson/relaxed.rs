//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: all orderings are `Relaxed`. Each process may still see the other's flag as it was at first,
//! although both have raised theirs (store buffering).
//! Convicted of: mutual exclusion, under C++20 only.
//! Schedule: P0 raises its flag, P1 raises its flag, each reads the other's old false.

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
        while self.flag[other].load(Ordering::Relaxed) && self.turn.load(Ordering::Relaxed) == other
        {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::Relaxed);
    }
}
