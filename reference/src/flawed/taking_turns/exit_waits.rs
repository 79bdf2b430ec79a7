//! Flawed: `exit_section` waits until the turn has come back.
//!
//! Bug: whoever leaves asks all the others to enter first.
//! Convicted of: progress, the exit section waits. (A process that rests also keeps the others out
//! of `entry_section`, as was asked for; both witnesses are right.)
//! Schedule: P0 enters and leaves while P1 rests.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl TakingTurns {
    fn await_turn(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
    }
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(0), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        self.await_turn(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
        self.await_turn(me);
    }
}
