//! A variant: a monitor. No writer gets in while a reader waits.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    changed: Condition,
    readers: SharedCell<usize>,
    /// Readers that wait: before them no writer gets in.
    waiting_readers: SharedCell<usize>,
    writing: SharedCell<bool>,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            readers: SharedCell::new(0),
            waiting_readers: SharedCell::new(0),
            writing: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.waiting_readers.set(self.waiting_readers.get() + 1);
        while self.writing.get() {
            self.changed.wait(&self.guard);
        }
        self.waiting_readers.set(self.waiting_readers.get() - 1);
        self.readers.set(self.readers.get() + 1);
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
        while self.writing.get() || self.readers.get() > 0 || self.waiting_readers.get() > 0 {
            self.changed.wait(&self.guard);
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
