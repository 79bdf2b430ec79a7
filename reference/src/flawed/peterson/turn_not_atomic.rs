//! Flawed: the turn is ordinary data, not an atomic.
//!
//! Bug: both processes write it without anything that orders the two writes: a data race, in any
//! memory. The flags are all right, but they do not protect the turn, they only accompany it.
//! Convicted of: mutual exclusion, data race. Nothing is said about the rest: a program with a data
//! race has no meaning.
//! Schedule: P0 asks and P1 asks.

use harness::prelude::*;

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: SharedCell<usize>,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: SharedCell::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let other = 1 - me;
        self.flag[me].store(true, Ordering::SeqCst);
        self.turn.set(other);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.get() == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
