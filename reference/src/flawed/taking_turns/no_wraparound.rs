//! Flawed: after the last process comes nobody.
//!
//! Bug: the turn goes from the last process to a number that no process has, for `% processes` is
//! missing. One round goes well.
//! Convicted of: a failure of progress that is worse than that of taking turns: after one round
//! everybody is stuck, whoever asks. Bounded waiting holds: in that round each enters once.
//! Schedule: P0 and P1 enter and leave; P0 asks again.

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
        self.turn.store(me.index() + 1, Ordering::SeqCst);
    }
}
