//! Flawed: a process that got in by itself still says that it waits.
//!
//! Bug: the last line of the entry section is missing. A later leaver hands the lock over to a
//! process that may be in its remainder section, and nobody ever opens it.
//! Convicted of: progress. Mutual exclusion and bounded waiting hold.
//! Schedule: P0 enters; P1 waits; P0 leaves and hands over; P1 enters, leaves, and hands over to P0,
//! which rests; anybody asks.

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
