//! Variant: the turn is given away by an exchange, and release and acquire suffice.
//!
//! All writes of `turn` are read-modify-writes, so each takes the one before it: the later of two
//! processes acquires what the earlier one released, its flag included, and waits; the earlier one
//! sees the later one's turn at the latest when it looks at it.

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
        self.turn.swap(other, Ordering::AcqRel);
        while self.flag[other].load(Ordering::Acquire) && self.turn.load(Ordering::Acquire) == other
        {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::Release);
    }
}
