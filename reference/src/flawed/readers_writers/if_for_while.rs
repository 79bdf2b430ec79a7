//! Flawed: a writer that is woken does not look again.
//!
//! Bug: `if` where `while` belongs: when it has the guard again, another one may be inside already.
//! Convicted of: mutual exclusion.
//! Schedule: P0 writes; P1 asks to write and sleeps; P0 leaves, wakes P1, and comes again before P1 has the
//! guard.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    changed: Condition,
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
    waiting_writers: SharedCell<usize>,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
            waiting_writers: SharedCell::new(0),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        if self.writing.get() || self.waiting_writers.get() > 0 {
            self.changed.wait(&self.guard);
        }
        self.readers.set(self.readers.get() + 1);
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
        if self.writing.get() || self.readers.get() > 0 {
            self.waiting_writers.set(self.waiting_writers.get() + 1);
            self.changed.wait(&self.guard);
            self.waiting_writers.set(self.waiting_writers.get() - 1);
        }
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
