//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: stores are `Release` and loads `Acquire`. That orders what comes before a store and what
//! comes after a load; but here a load must not overtake an earlier store, and only `SeqCst` says so.
//! Convicted of: mutual exclusion, under C++20 only. The x86 does the same to it.
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
        self.flag[me].store(true, Ordering::Release);
        self.turn.store(other, Ordering::Release);
        while self.flag[other].load(Ordering::Acquire) && self.turn.load(Ordering::Acquire) == other
        {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::Release);
    }
}
