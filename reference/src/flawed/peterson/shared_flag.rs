//! Flawed: one flag for both processes.
//!
//! Bug: state that each process must have for itself is shared. A process that asks sees the flag
//! that it has raised itself, and waits until the other one asks and gives it the turn.
//! Convicted of: progress: it needs a process that is in its remainder section.
//! Schedule: P0 asks while P1 rests.

use harness::prelude::*;

/// Whether somebody wants in, and who goes first.
#[derive(Debug)]
pub struct Peterson {
    flag: AtomicBool,
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: AtomicBool::new(false), turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        self.flag.store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag.load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.flag.store(false, Ordering::SeqCst);
    }
}
