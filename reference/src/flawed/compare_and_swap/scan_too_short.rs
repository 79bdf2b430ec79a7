//! Flawed: looks at all the others but the last of the circle.
//!
//! Bug: off by one, `1..n - 1` where `1..n` is meant: a process never sees its predecessor wait.
//! Convicted of: bounded waiting.
//! Schedule: P0 waits; P1 leaves, does not look at P0, opens the lock, asks and enters, for ever.

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
        let successor = (1..processes - 1)
            .map(|distance| (me.index() + distance) % processes)
            .find(|&j| self.waiting[j].load(Ordering::SeqCst));
        match successor {
            Some(j) => self.waiting[j].store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}
