//! Flawed: a ticket lock with a fast path for those who find nobody inside.
//!
//! Bug: whoever comes by the fast path overtakes the one whose ticket is being served.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 enters by the fast path; P1 takes a ticket and waits for the lock; each time that P0
//! leaves, it is back before P1 looks.

use harness::prelude::*;

/// A lock, and tickets for those who did not get it at once.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    next: AtomicUsize,
    serving: AtomicUsize,
}

impl CompareAndSwap {
    fn takes(&self) -> bool {
        self.locked.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl CriticalSection for CompareAndSwap {
    fn new(_processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            next: AtomicUsize::new(0),
            serving: AtomicUsize::new(0),
        }
    }

    fn entry_section(&self, _me: ProcessId) {
        if self.takes() {
            return;
        }
        let ticket = self.next.fetch_add(1, Ordering::SeqCst);
        while self.serving.load(Ordering::SeqCst) != ticket {
            spin_loop();
        }
        while !self.takes() {
            spin_loop();
        }
        self.serving.store(ticket + 1, Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
