//! Variant: a flag for each process; the one whose flag is up has the baton, and passes it on.

use harness::prelude::*;

/// Who has the baton.
#[derive(Debug)]
pub struct TakingTurns {
    baton: Box<[AtomicBool]>,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { baton: (0..processes).map(|process| AtomicBool::new(process == 0)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        while !self.baton[me.index()].load(Ordering::Acquire) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let next = (me.index() + 1) % self.baton.len();
        self.baton[me.index()].store(false, Ordering::Relaxed);
        self.baton[next].store(true, Ordering::Release);
    }
}
