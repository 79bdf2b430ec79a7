//! Flawed: every process keeps its own idea of whose turn it is.
//!
//! Bug: state that must be shared is kept for each process. P0 passes its own turn on, and then
//! waits for it for ever; P1's says that it is P0's turn, and nobody changes it.
//! Convicted of: a failure of progress that is worse than that of taking turns: P0 enters once and
//! then nobody does, even if everybody asks.
//! Schedule: P0 enters and leaves; P1 asks; P0 asks.

use harness::prelude::*;

/// Whose turn it is, in the opinion of each process.
#[derive(Debug)]
pub struct TakingTurns {
    turn: Vec<AtomicUsize>,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: (0..processes).map(|_| AtomicUsize::new(0)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.turn[me.index()].load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let next = (me.index() + 1) % self.turn.len();
        self.turn[me.index()].store(next, Ordering::SeqCst);
    }
}
