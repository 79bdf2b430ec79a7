//! Flawed: hands the lock over without looking whether anybody waits.
//!
//! Bug: no test. If the next process is in its remainder section, the lock is closed and nobody's.
//! Convicted of: progress. Mutual exclusion and bounded waiting hold.
//! Schedule: P0 enters and leaves while P1 rests; anybody asks.

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
        let next = (me.index() + 1) % self.waiting.len();
        self.waiting[next].store(false, Ordering::SeqCst);
    }
}
