//! Flawed: tries again when it has succeeded, and goes in when it has failed.
//!
//! Bug: `is_ok` where `is_err` is meant.
//! Convicted of: mutual exclusion, open door. Nobody waits, so the other two hold.
//! Schedule: P0 enters; P1 asks, fails, and gets in.

use harness::prelude::*;

/// The lock, and for each process whether it waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Vec<AtomicBool>,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let waiting = &self.waiting[me.index()];
        waiting.store(true, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst)
            && self.locked.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
        {
            spin_loop();
        }
        waiting.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        let mut j = (me.index() + 1) % processes;
        while j != me.index() && !self.waiting[j].load(Ordering::SeqCst) {
            j = (j + 1) % processes;
        }
        if j == me.index() {
            self.locked.store(false, Ordering::SeqCst);
        } else {
            self.waiting[j].store(false, Ordering::SeqCst);
        }
    }
}
