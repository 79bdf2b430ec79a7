//! A variant: a monitor. No reader gets in while a writer waits; among the writers the condition decides, and a
//! writer that comes waits behind those that wait.

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
    /// The room belongs to the writer that is woken.
    handed: SharedCell<bool>,
}

impl ReadersWriters {
    /// The room belongs to the writer that waited longest, before it wakes up.
    fn hand_over(&self) {
        self.waiting_writers.set(self.waiting_writers.get() - 1);
        self.writing.set(true);
        self.handed.set(true);
        self.may_write.signal();
    }
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
            handed: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        while self.writing.get() || self.waiting_writers.get() > 0 {
            self.may_read.wait(&self.guard);
        }
        self.readers.set(self.readers.get() + 1);
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        if self.readers.get() == 0 && self.waiting_writers.get() > 0 {
            self.hand_over();
        }
        self.guard.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.guard.enter();
        if self.writing.get() || self.readers.get() > 0 {
            self.waiting_writers.set(self.waiting_writers.get() + 1);
            loop {
                self.may_write.wait(&self.guard);
                if self.handed.get() {
                    break;
                }
            }
            self.handed.set(false);
        }
        self.writing.set(true);
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        if self.waiting_writers.get() > 0 {
            self.hand_over();
        } else {
            self.may_read.broadcast();
        }
        self.guard.leave();
    }
}
