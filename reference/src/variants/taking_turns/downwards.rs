//! Variant: the turns go downwards, and a loop with nothing in it but the test.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(processes - 1), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        loop {
            if self.turn.load(Ordering::Acquire) == me.index() {
                return;
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let next = me.index().checked_sub(1).unwrap_or(self.processes - 1);
        self.turn.store(next, Ordering::Release);
    }
}
