//! Flawed: compares and swaps in two steps.
//!
//! Bug: a load and a store in place of the one instruction; another process can come between them.
//! Convicted of: mutual exclusion, overlap.
//! Schedule: P0 and P1 both see false, both store true, both enter.

use harness::prelude::*;

/// The lock, and for each process whether it waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Vec<AtomicBool>,
}

impl CompareAndSwap {
    fn try_close(&self) -> bool {
        let open = !self.locked.load(Ordering::SeqCst);
        if open {
            self.locked.store(true, Ordering::SeqCst);
        }
        open
    }
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
        while waiting.load(Ordering::SeqCst) && !self.try_close() {
            spin_loop();
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
