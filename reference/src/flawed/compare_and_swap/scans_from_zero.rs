//! Flawed: looks for a successor from process 0 on, not from its own place on.
//!
//! Bug: the lowest index that waits always goes first. With two processes there is no difference.
//! Convicted of: bounded waiting, with three processes or more.
//! Schedule: P2 waits; P0 and P1 hand the lock to each other for ever.

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
        let successor = (0..self.waiting.len())
            .filter(|&j| j != me.index())
            .find(|&j| self.waiting[j].load(Ordering::SeqCst));
        match successor {
            Some(j) => self.waiting[j].store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}
