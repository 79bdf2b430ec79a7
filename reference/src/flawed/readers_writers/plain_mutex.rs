//! Flawed: a lock for one.
//!
//! Bug: readers exclude each other.
//! Convicted of: preference: never together.
//! Schedule: P0 reads; P1 asks to read, and waits until P0 has left.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    mutex: Guard,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self { mutex: Guard::new() }
    }

    fn start_read(&self, _me: ProcessId) {
        self.mutex.enter();
    }

    fn end_read(&self, _me: ProcessId) {
        self.mutex.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.mutex.enter();
    }

    fn end_write(&self, _me: ProcessId) {
        self.mutex.leave();
    }
}
