//! Flawed: waits while it is its turn, and goes in when it is not.
//!
//! Bug: `==` where `!=` is meant.
//! Convicted of: mutual exclusion with three processes, open door (all but one may enter); and
//! bounded waiting with two, where P0 waits while P1 enters again and again.
//! Schedule: three processes, turn 0: P1 enters, P2 asks and gets in. Two: P0 asks, P1 goes round.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(0), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) == me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }
}
