//! Flawed: right for two processes, not for three.
//!
//! Bug: "the other one" is computed as for two processes, so the turn goes back and forth between P0
//! and P1, and P2 never gets it.
//! Convicted of: bounded waiting, with three processes. With two it is what was asked for.
//! Schedule: P2 asks; P0 and P1 enter in turn for ever.

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
        let other = me.index() ^ 1;
        self.turn.store(other, Ordering::SeqCst);
    }
}
