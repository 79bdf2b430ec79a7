//! Flawed: whoever has left is taken for the owner until the next one enters.
//!
//! Bug: `exit_section` asks who entered last, and nobody notes that it has left.
//! Convicted of: ownership. A process that was never inside changes nothing.
//! Schedule: P0 enters and leaves; P1 draws the next ticket; P0 calls `exit_section` again, draws another ticket, and
//! both go in.

use harness::prelude::*;

/// The lock: tickets.
#[derive(Debug)]
pub struct Mutex {
    /// The next ticket.
    next: AtomicU32,
    /// The ticket that may go in.
    serving: AtomicU32,
    /// Who entered last.
    owner: AtomicUsize,
}

impl CriticalSection for Mutex {
    fn new(_: usize) -> Self {
        Self {
            next: AtomicU32::new(0),
            serving: AtomicU32::new(0),
            owner: AtomicUsize::new(usize::MAX),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        loop {
            let now = self.serving.load(Ordering::Acquire);
            if now == ticket {
                break;
            }
            futex_wait(&self.serving, now);
        }
        self.owner.store(me.index(), Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        if self.owner.load(Ordering::Relaxed) != me.index() {
            return;
        }
        self.serving.fetch_add(1, Ordering::Release);
        futex_wake(&self.serving, usize::MAX);
    }
}
