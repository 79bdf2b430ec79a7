//! Variant: the turn is a `static`.

use harness::prelude::*;

static TURN: AtomicUsize = AtomicUsize::new(0);

/// How many take part; the turn is static.
#[derive(Debug)]
pub struct TakingTurns {
    processes: usize,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { processes }
    }

    fn entry_section(&self, me: ProcessId) {
        while TURN.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        TURN.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }
}
