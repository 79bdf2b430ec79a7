//! Flawed: passes the turn on when it goes in, not when it comes out.
//!
//! Bug: the store stands at the end of `entry_section`.
//! Convicted of: mutual exclusion, open door; besides the failure of progress that was asked for.
//! Schedule: P0 enters and has passed the turn; P1 asks while P0 is inside, and gets in.

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
        while self.turn.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {}
}
