//! Flawed: the expected and the new value are swapped.
//!
//! Bug: it waits for the lock to be closed in order to open it.
//! Convicted of: progress, already with a single process; nobody ever gets in.
//! Schedule: P0 asks, alone.

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
            && self
                .locked
                .compare_exchange(true, false, Ordering::SeqCst, Ordering::SeqCst)
                .is_err()
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
