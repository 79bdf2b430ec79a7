//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: the store in `exit_section` is `Relaxed`, so it does not hand over what was written inside.
//! Never are two inside at once.
//! Convicted of: mutual exclusion, not visible; under C++20 only.
//! Schedule: P0 enters, writes, leaves; P1 reads its lowered flag, enters, and reads the old data.

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
        self.flag[me.index()].store(false, Ordering::Relaxed);
    }
}
