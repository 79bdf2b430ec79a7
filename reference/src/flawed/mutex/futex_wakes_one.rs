//! Flawed: a ticket lock over a futex that wakes one sleeper only.
//!
//! Bug: all tickets sleep on the same word. The one that is woken need not be the one whose turn it is; it
//! goes back to sleep, and the right one is never woken.
//! Convicted of: progress, with three processes: lost wake-up, or woken too early.
//! Schedule: P0 enters; P1 draws the next ticket, and P2 the one after it, but P2 falls asleep first; P0
//! leaves and wakes P2.

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
        loop {
            let serving = self.serving.load(Ordering::Acquire);
            if serving == ticket {
                break;
            }
            futex_wait(&self.serving, serving);
        }
        self.inside[me.index()].store(true, Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        if !self.inside[me.index()].swap(false, Ordering::Relaxed) {
            return;
        }
        self.serving.fetch_add(1, Ordering::Release);
        futex_wake(&self.serving, 1);
    }
}
