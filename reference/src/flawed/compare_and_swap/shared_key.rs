//! Flawed: the result of the compare-and-swap is kept in a shared variable.
//!
//! Bug: `key` belongs into a local variable. Another process's answer is taken for one's own: a
//! failure for a success, and a success for a failure.
//! Convicted of: mutual exclusion and progress, for the same reason in the two directions.
//! Schedule: P0 closes the lock and P1 fails; P1's note comes first and P0's after it: P1 reads that
//! the lock was open, and enters with P0. The other way round, P0 waits for itself.

use harness::prelude::*;

/// The lock, for each process whether it waits for it, and a note that should not be here.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Vec<AtomicBool>,
    key: AtomicBool,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            key: AtomicBool::new(false),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let waiting = &self.waiting[me.index()];
        waiting.store(true, Ordering::SeqCst);
        self.key.store(true, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) && self.key.load(Ordering::SeqCst) {
            let closed =
                self.locked.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst);
            self.key.store(closed.is_err(), Ordering::SeqCst);
        }
        waiting.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        let successor = (1..processes)
            .map(|distance| (me.index() + distance) % processes)
            .find(|&other| self.waiting[other].load(Ordering::SeqCst));
        match successor {
            Some(other) => self.waiting[other].store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}
