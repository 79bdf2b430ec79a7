//! Flawed: the monitor with tickets, in which whoever leaves wakes one that waits.
//!
//! Bug: `signal` where `broadcast` is needed: the one that is woken need not be the one whose turn it is. It
//! sleeps again, and the wake-up is lost.
//! Convicted of: progress.
//! Schedule: P0 writes. P1 and P2 wait, with the tickets 1 and 2. P0 leaves and wakes P1, which wants to
//! write; meanwhile P0 has drawn ticket 3 and waits, too. P1 leaves and wakes P2, and so on: it takes a reader
//! that gets in, wakes nobody whose turn it is, and leaves when nobody listens.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    changed: Condition,
    /// The next ticket to be drawn.
    next: SharedCell<u64>,
    /// Whose turn it is to get in.
    turn: SharedCell<u64>,
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            next: SharedCell::new(0),
            turn: SharedCell::new(0),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        while self.turn.get() != ticket || self.writing.get() {
            self.changed.wait(&self.guard);
        }
        self.turn.set(ticket + 1);
        self.readers.set(self.readers.get() + 1);
        // The next one may be a reader, too.
        self.changed.signal();
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        self.changed.signal();
        self.guard.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.guard.enter();
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        while self.turn.get() != ticket || self.writing.get() || self.readers.get() > 0 {
            self.changed.wait(&self.guard);
        }
        self.turn.set(ticket + 1);
        self.writing.set(true);
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        self.changed.signal();
        self.guard.leave();
    }
}
