//! Flawed: `exit_section` goes round the circle until somebody waits.
//!
//! Bug: no end after one round, and the lock is never opened.
//! Convicted of: progress, the exit section waits for a process in its remainder section.
//! Schedule: P0 enters and leaves while P1 rests.

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
                .compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst)
                .is_err()
        {
            spin_loop();
        }
        waiting.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        let mut j = (me.index() + 1) % processes;
        while j == me.index() || !self.waiting[j].load(Ordering::SeqCst) {
            j = (j + 1) % processes;
        }
        self.waiting[j].store(false, Ordering::SeqCst);
    }
}
