//! Flawed: the lock with tickets, in which those that wait look again and again.
//!
//! Bug: they do not sleep.
//! Convicted of: busy waiting.
//! Schedule: P0 writes; P1 asks, and goes on looking.

use harness::prelude::*;

/// Waits until it is the ticket's turn.
fn wait_for(turn: &AtomicU32, ticket: u32) {
    while turn.load(Ordering::Acquire) != ticket {
        yield_now();
    }
}

/// The next ticket's turn.
fn advance(turn: &AtomicU32) {
    turn.fetch_add(1, Ordering::AcqRel);
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
