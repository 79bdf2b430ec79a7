//! A variant: readers and writers take turns. A writer that waits keeps new readers out; a writer that leaves
//! lets in all readers that wait, together.
//!
//! Brandenburg, Anderson, "Reader-writer synchronization for shared-memory multiprocessor real-time systems",
//! ECRTS 2009 (phase-fair locks).

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    may_read: Condition,
    may_write: Condition,
    /// Those inside.
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
    /// Those that wait.
    waiting_readers: SharedCell<usize>,
    waiting_writers: SharedCell<usize>,
    /// How often readers were let in together.
    phase: SharedCell<u64>,
    /// The room was handed to the writer that is woken.
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
            waiting_readers: SharedCell::new(0),
            waiting_writers: SharedCell::new(0),
            phase: SharedCell::new(0),
            handed: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        if self.writing.get() || self.waiting_writers.get() > 0 {
            self.waiting_readers.set(self.waiting_readers.get() + 1);
            let phase = self.phase.get();
            while self.phase.get() == phase {
                self.may_read.wait(&self.guard);
            }
        } else {
            self.readers.set(self.readers.get() + 1);
        }
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
        } else {
            self.writing.set(true);
        }
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        if self.waiting_readers.get() > 0 {
            // All at once, and they are counted already when they wake up.
            self.readers.set(self.waiting_readers.get());
            self.waiting_readers.set(0);
            self.phase.set(self.phase.get() + 1);
            self.may_read.broadcast();
        } else if self.waiting_writers.get() > 0 {
            self.hand_over();
        }
        self.guard.leave();
    }
}
