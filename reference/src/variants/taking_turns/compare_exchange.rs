//! Variant: takes the turn out with `compare_exchange_weak`, as a token, and puts it back for the next.

use harness::prelude::*;

const TAKEN: usize = usize::MAX;

/// Whose turn it is, or that it is taken; and how many take part.
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
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        while self.turn.compare_exchange_weak(me.index(), TAKEN, acquire, relaxed).is_err() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store((me.index() + 1) % self.processes, Ordering::Release);
    }
}
