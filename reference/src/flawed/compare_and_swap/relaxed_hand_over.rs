//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: the lock is opened by a `SeqCst` store, but handed over by a `Relaxed` one: whoever gets it
//! that way does not see what was written inside.
//! Convicted of: mutual exclusion, not visible; under C++20 only.
//! Schedule: P0 inside; P1 waits; P0 leaves and hands over; P1 enters and reads the old data.

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
        if j == me.index() {
            self.locked.store(false, Ordering::SeqCst);
        } else {
            self.waiting[j].store(false, Ordering::Relaxed);
        }
    }
}
