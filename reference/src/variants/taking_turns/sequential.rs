//! Variant: `SeqCst` everywhere, a small integer, and `yield_now` in the loop.

use harness::prelude::*;

/// Whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicU8,
    processes: usize,
}

impl TakingTurns {
    fn whose_turn(&self) -> usize {
        usize::from(self.turn.load(Ordering::SeqCst))
    }
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicU8::new(0), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.whose_turn() != me.index() {
            yield_now();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let next = (me.index() + 1) % self.processes;
        self.turn.store(next as u8, Ordering::SeqCst);
    }
}
