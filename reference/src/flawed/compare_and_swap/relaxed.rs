//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: all orderings are `Relaxed`. What was written inside need not be visible to the next one; and
//! a process that leaves may see another one waiting that has long been in and out.
//! Convicted of: mutual exclusion, not visible, and of progress, the hand-over gets lost; both under
//! C++20 only.
//! Schedule: P1 enters and leaves; P0 enters, leaves, reads P1's old `waiting` (stale), hands the
//! lock over to it, closed, and nobody ever opens it.

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
        waiting.store(true, Ordering::Relaxed);
        while waiting.load(Ordering::Relaxed)
            && self
                .locked
                .compare_exchange(false, true, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            spin_loop();
        }
        waiting.store(false, Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        let mut j = (me.index() + 1) % processes;
        while j != me.index() && !self.waiting[j].load(Ordering::Relaxed) {
            j = (j + 1) % processes;
        }
        if j == me.index() {
            self.locked.store(false, Ordering::Relaxed);
        } else {
            self.waiting[j].store(false, Ordering::Relaxed);
        }
    }
}
