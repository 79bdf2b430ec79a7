//! Flawed: a ticket lock over a futex that wakes everybody, and says afterwards whose turn it is.
//!
//! Bug: the wrong order. Whoever is woken looks at `serving`, finds the old number, and goes back to sleep.
//! Convicted of: progress: woken too early, or a lost wake-up if it was about to sleep only.
//! Schedule: P0 enters; P1 sees the old number; P0 wakes all sleepers, and there is none; P1 falls asleep;
//! P0 counts `serving` up. Or: P1 sleeps already, is woken, looks, and sleeps again.

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
        futex_wake(&self.serving, usize::MAX);
        self.serving.fetch_add(1, Ordering::Release);
    }
}
