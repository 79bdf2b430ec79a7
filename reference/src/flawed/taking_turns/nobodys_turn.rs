//! Flawed: at first it is nobody's turn.
//!
//! Bug: the turn starts with the number of processes, which is no process's number.
//! Convicted of: a failure of progress that is worse than that of taking turns: nobody ever gets in.
//! A solution that stands still has not shown how strict alternation fails.
//! Schedule: P0 asks, or everybody does.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(processes), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }
}
