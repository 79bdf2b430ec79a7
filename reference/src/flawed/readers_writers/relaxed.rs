//! Flawed: the lock with tickets, whose counters order nothing.
//!
//! Bug: `Relaxed` where a turn is given on.
//! Convicted of: mutual exclusion under C++20: what a writer wrote is not visible to the next one inside.
//! Schedule: P1 writes and leaves; P0 gets in, and nothing orders it after P1.

use harness::prelude::*;

/// Sleeps until it is the ticket's turn.
fn wait_for(turn: &AtomicU32, ticket: u32) {
    loop {
        let now = turn.load(Ordering::Acquire);
        if now == ticket {
            return;
        }
        futex_wait(turn, now);
    }
}

/// The next ticket's turn.
fn advance(turn: &AtomicU32) {
    turn.fetch_add(1, Ordering::Relaxed);
    futex_wake(turn, usize::MAX);
}

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    /// The next ticket to be drawn.
    next: AtomicU32,
    /// The ticket that may read, and the ticket that may write.
    read: AtomicU32,
    write: AtomicU32,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self { next: AtomicU32::new(0), read: AtomicU32::new(0), write: AtomicU32::new(0) }
    }

    fn start_read(&self, _me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::AcqRel);
        wait_for(&self.read, ticket);
        // The next one may read, too.
        advance(&self.read);
    }

    fn end_read(&self, _me: ProcessId) {
        advance(&self.write);
    }

    fn start_write(&self, _me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::AcqRel);
        wait_for(&self.write, ticket);
    }

    fn end_write(&self, _me: ProcessId) {
        advance(&self.write);
        advance(&self.read);
    }
}
