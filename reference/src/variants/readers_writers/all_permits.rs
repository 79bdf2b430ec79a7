//! A variant: as many permits as processes. A reader takes one, a writer takes all of them, one by one; a
//! semaphore that serves in order lets it have them in the end.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    /// One for each process: a reader takes one, a writer all.
    permits: Permits,
    processes: usize,
    /// Writers take theirs one after another.
    writers: Guard,
}

impl ReadWriteLock for ReadersWriters {
    fn new(processes: usize) -> Self {
        Self { permits: Permits::new(processes), processes, writers: Guard::new() }
    }

    fn start_read(&self, _me: ProcessId) {
        self.permits.wait();
    }

    fn end_read(&self, _me: ProcessId) {
        self.permits.signal();
    }

    fn start_write(&self, _me: ProcessId) {
        // Two that have taken some each would wait for each other.
        self.writers.enter();
        for _ in 0..self.processes {
            self.permits.wait();
        }
        self.writers.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        for _ in 0..self.processes {
            self.permits.signal();
        }
    }
}
