//! Flawed: the turn is never passed on.
//!
//! Bug: `exit_section` writes the process's own number, so the turn stays with P0 for ever.
//! Convicted of: bounded waiting (P0 enters again and again while P1 waits), and of a failure of
//! progress that is worse than that of taking turns: P1 does not get in even if P0 helps.
//! Schedule: P1 asks; P0 enters and leaves, again and again.

use harness::prelude::*;

/// Whose turn it is.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
}

impl CriticalSection for TakingTurns {
    fn new(_processes: usize) -> Self {
        Self { turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store(me.index(), Ordering::SeqCst);
    }
}
