//! Readers and writers, writers first: the first writer that asks shuts the door for readers, the last one
//! opens it. Those readers that are inside leave; no other comes in before all writers are gone.
//!
//! Courtois, Heymans, Parnas, "Concurrent control with readers and writers", CACM 14(10), 1971, problem 2.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    /// Around the number of readers.
    readers_mutex: Guard,
    readers: SharedCell<usize>,
    /// Around the number of writers that write or wait.
    writers_mutex: Guard,
    writers: SharedCell<usize>,
    /// Readers come one at a time: a writer finds at most one of them before it.
    queue: Guard,
    /// There is a permit if no writer is about; the writers hold it together.
    reading: Permits,
    /// There is a permit if nobody is inside; the readers hold it together.
    room_empty: Permits,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            readers_mutex: Guard::new(),
            readers: SharedCell::new(0),
            writers_mutex: Guard::new(),
            writers: SharedCell::new(0),
            queue: Guard::new(),
            reading: Permits::new(1),
            room_empty: Permits::new(1),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.queue.enter();
        self.reading.wait();
        self.readers_mutex.enter();
        let readers = self.readers.get() + 1;
        self.readers.set(readers);
        if readers == 1 {
            self.room_empty.wait();
        }
        self.readers_mutex.leave();
        self.reading.signal();
        self.queue.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.readers_mutex.enter();
        let readers = self.readers.get() - 1;
        self.readers.set(readers);
        if readers == 0 {
            self.room_empty.signal();
        }
        self.readers_mutex.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.writers_mutex.enter();
        let writers = self.writers.get() + 1;
        self.writers.set(writers);
        if writers == 1 {
            self.reading.wait();
        }
        self.writers_mutex.leave();
        self.room_empty.wait();
    }

    fn end_write(&self, _me: ProcessId) {
        self.room_empty.signal();
        self.writers_mutex.enter();
        let writers = self.writers.get() - 1;
        self.writers.set(writers);
        if writers == 0 {
            self.reading.signal();
        }
        self.writers_mutex.leave();
    }
}
