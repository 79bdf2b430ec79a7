//! Flawed: flags without a turn.
//!
//! Bug: if both raise their flags, each waits for the other, and nothing decides between them.
//! Convicted of: progress, stuck. Mutual exclusion and bounded waiting hold.
//! Schedule: P0 raises its flag, P1 raises its flag.

use harness::prelude::*;

/// Who wants in.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)] }
    }

    fn entry_section(&self, me: ProcessId) {
        self.flag[me.index()].store(true, Ordering::SeqCst);
        while self.flag[1 - me.index()].load(Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
