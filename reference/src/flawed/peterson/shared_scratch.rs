//! Flawed: the number of "the other one" is kept in a shared variable.
//!
//! Bug: scratch space that belongs into a local variable. A second process that asks overwrites it,
//! and the first one then looks at its own flag, which is up.
//! Convicted of: progress: a process that waits for itself needs the other one to ask again and to
//! give it the turn. Mutual exclusion and bounded waiting hold, which is luck.
//! Schedule: P0 notes that the other is 1; P1 notes that the other is 0; P1 gives the turn to P0; P0
//! gives it to P1; P1 enters, leaves and rests; P0 looks at its own flag for ever.

use harness::prelude::*;

/// Who wants in, who goes first if both do, and a note that should not be here.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
    other: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self {
            flag: [AtomicBool::new(false), AtomicBool::new(false)],
            turn: AtomicUsize::new(0),
            other: AtomicUsize::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.other.store(1 - me.index(), Ordering::SeqCst);
        self.flag[me.index()].store(true, Ordering::SeqCst);
        self.turn.store(1 - me.index(), Ordering::SeqCst);
        while self.flag[self.other.load(Ordering::SeqCst)].load(Ordering::SeqCst)
            && self.turn.load(Ordering::SeqCst) != me.index()
        {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
