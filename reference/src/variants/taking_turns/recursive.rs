//! Variant: waits by recursion, with a bound on its depth, and a loop around it.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl TakingTurns {
    fn looks(&self, me: usize, times: usize) -> bool {
        times > 0 && (self.turn.load(Ordering::SeqCst) == me || self.looks(me, times - 1))
    }
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(0), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while !self.looks(me.index(), 3) {
            yield_now();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }
}
