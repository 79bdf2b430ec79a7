//! A fair lock made of the hardware's compare-and-swap and a waiting array.
//!
//! Idea: whoever changes the lock from false to true is inside. But a process that leaves does not
//! simply open the lock for anybody: it looks round the circle, from its own place on, for one that
//! waits, and hands the lock over to it, closed. Only if nobody waits does it open the lock. So a
//! process waits for at most one round: n-1 entries by others.
//!
//! Measures: all three criteria upheld, bypass n-1.

use harness::prelude::*;

/// The lock, and for each process whether it waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Box<[AtomicBool]>,
}

impl CompareAndSwap {
    /// One compare-and-swap; true if it was us who closed the lock.
    fn try_close(&self) -> bool {
        self.locked.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
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
        // SeqCst: whoever leaves from now on must see that we wait. With release and acquire it
        // might overlook us; the lock would still exclude, but the bound on the wait would be gone.
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
            // The lock stays closed: it is theirs now.
            Some(other) => self.waiting[other].store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}
