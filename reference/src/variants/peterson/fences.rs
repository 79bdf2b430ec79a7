//! Variant: relaxed stores and two `SeqCst` fences.
//!
//! The second fence keeps the loads behind the stores; the first one keeps the store to `turn`
//! behind the store to `flag`. Without it the other process could come later in the order of turns
//! and still miss the flag (see the flawed `one_fence`).

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
        fence(Ordering::SeqCst);
        self.turn.store(other, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        while self.flag[other].load(Ordering::Relaxed) && self.turn.load(Ordering::Relaxed) == other
        {
            spin_loop();
        }
        fence(Ordering::Acquire);
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::Release);
    }
}
