//! Variant: `SeqCst` where the proof needs it, and `Release` for the exit, which only hands over.

use harness::prelude::*;

#[derive(Debug)]
struct Side {
    wants_in: AtomicBool,
}

/// Two sides, and who goes first if both want in.
#[derive(Debug)]
pub struct Peterson {
    sides: [Side; 2],
    turn: AtomicUsize,
}

impl Side {
    fn new() -> Self {
        Self { wants_in: AtomicBool::new(false) }
    }

    fn asks(&self) {
        self.wants_in.store(true, Ordering::SeqCst);
    }

    fn leaves(&self) {
        self.wants_in.store(false, Ordering::Release);
    }

    fn wants_in(&self) -> bool {
        self.wants_in.load(Ordering::SeqCst)
    }
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { sides: [Side::new(), Side::new()], turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        self.sides[me.index()].asks();
        self.turn.store(other, Ordering::SeqCst);
        while self.sides[other].wants_in() && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.sides[me.index()].leaves();
    }
}
