//! Flawed: the last reader wakes readers, too, and those do not look for writers that wait.
//!
//! Bug: new readers are kept out only while others read: when the last of those has left, a reader slips in
//! before the writer.
//! Convicted of: preference; and of bounded waiting of writers.
//! Schedule: P0 reads; P2 asks to write and waits; P1 asks to read and waits; P0 leaves and wakes both; P1 has
//! the guard first.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    may_read: Condition,
    may_write: Condition,
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
    waiting_writers: SharedCell<usize>,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            may_read: Condition::new(),
            may_write: Condition::new(),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
            waiting_writers: SharedCell::new(0),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        while self.writing.get() || self.readers.get() > 0 && self.waiting_writers.get() > 0 {
            self.may_read.wait(&self.guard);
        }
        self.readers.set(self.readers.get() + 1);
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        if self.readers.get() == 0 {
            self.may_read.broadcast();
            self.may_write.signal();
        }
        self.guard.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.waiting_writers.set(self.waiting_writers.get() + 1);
        while self.writing.get() || self.readers.get() > 0 {
            self.may_write.wait(&self.guard);
        }
        self.waiting_writers.set(self.waiting_writers.get() - 1);
        self.writing.set(true);
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        self.may_read.broadcast();
        self.may_write.signal();
        self.guard.leave();
    }
}
