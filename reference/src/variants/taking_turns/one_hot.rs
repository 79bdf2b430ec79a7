//! Variant: one bit of a word is set, that of the process whose turn it is; `fetch_update` moves it.

use harness::prelude::*;

/// The bit of the process whose turn it is, and how many take part.
#[derive(Debug)]
pub struct TakingTurns {
    turn: AtomicUsize,
    processes: usize,
}

impl TakingTurns {
    fn after(&self, bit: usize) -> usize {
        if bit == 1 << (self.processes - 1) { 1 } else { bit << 1 }
    }
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(1), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) & (1 << me.index()) == 0 {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        let passed =
            self.turn.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |bit| Some(self.after(bit)));
        debug_assert!(passed.is_ok(), "the closure never refuses");
    }
}
