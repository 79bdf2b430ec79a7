//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: all orderings are `Relaxed`. The turns are still taken in order, for all writes of one
//! variable are; but what a process wrote inside need not be visible to the next one inside.
//! Convicted of: mutual exclusion, not visible; under C++20 only.
//! Schedule: P0 enters, writes, leaves; P1 reads the new turn, enters, and reads the old data.

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
        while self.turn.load(Ordering::Relaxed) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::Relaxed);
    }
}
