//! Flawed: a ticket lock over a futex that hands `futex_wait` a value that it has just read again.
//!
//! Bug: `futex_wait` sleeps if the word is as expected. To expect what was looked at is the point of it;
//! here the turn may have come between the two reads, and then it sleeps through it.
//! Convicted of: progress, a lost wake-up.
//! Schedule: P0 enters; P1 reads 0; P0 counts up and wakes nobody; P1 reads 1, waits while it is 1.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex {
    /// The next ticket.
    next: AtomicU32,
    /// The ticket that may go in.
    serving: AtomicU32,
    /// For each process, whether it is inside; its own business.
    inside: Vec<AtomicBool>,
}

impl CriticalSection for Mutex {
    fn new(processes: usize) -> Self {
        Self {
            next: AtomicU32::new(0),
            serving: AtomicU32::new(0),
            inside: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {
            futex_wait(&self.serving, self.serving.load(Ordering::Acquire));
        }
        self.inside[me.index()].store(true, Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        if !self.inside[me.index()].swap(false, Ordering::Relaxed) {
            return;
        }
        self.serving.fetch_add(1, Ordering::Release);
        futex_wake(&self.serving, usize::MAX);
    }
}
