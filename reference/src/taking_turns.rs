//! Taking turns (strict alternation): a shared variable names the one process that may enter.
//!
//! Idea: wait until it is my turn; on the way out, make it the next one's turn. Only the process
//! whose turn it is ever writes the variable, so nobody can be inside with it. But a process that
//! rests in its remainder section keeps its turn, and everybody else waits for it.
//!
//! Measures: mutual exclusion upheld, progress violated (needs a process that is in its remainder
//! section), bounded waiting upheld with bypass n-1.

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
        // Acquire, paired with the release below: what the previous process wrote inside is visible.
        while self.turn.load(Ordering::Acquire) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let next = (me.index() + 1) % self.processes;
        self.turn.store(next, Ordering::Release);
    }
}
