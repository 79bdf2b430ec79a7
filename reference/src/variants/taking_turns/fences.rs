//! Variant: relaxed accesses and fences.

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
        fence(Ordering::Acquire);
    }

    fn exit_section(&self, me: ProcessId) {
        fence(Ordering::Release);
        self.turn.store((me.index() + 1) % self.processes, Ordering::Relaxed);
    }
}
