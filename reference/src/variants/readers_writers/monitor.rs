//! A variant: a monitor with tickets. Everybody gets in in the order of the tickets; readers that follow each
//! other are inside together.

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
        self.changed.broadcast();
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        self.changed.broadcast();
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
        self.changed.broadcast();
        self.guard.leave();
    }
}
