//! Flawed: opens the lock even though it has handed it over.
//!
//! Bug: an `else` is missing. One process comes in by the hand-over and another one by the lock.
//! Convicted of: mutual exclusion.
//! Schedule: P0 inside; P1 waits; P0 leaves, hands over, opens the lock; P1 enters; P0 asks, finds it
//! open, and gets in.

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
        while j != me.index() && !self.waiting[j].load(Ordering::SeqCst) {
            j = (j + 1) % processes;
        }
        if j != me.index() {
            self.waiting[j].store(false, Ordering::SeqCst);
        }
        self.locked.store(false, Ordering::SeqCst);
    }
}
