//! Variant: a ticket lock over a futex, without any guard. Whoever leaves wakes all sleepers, since it
//! cannot know which of them has the next ticket.

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
        futex_wake(&self.serving, usize::MAX);
    }
}
