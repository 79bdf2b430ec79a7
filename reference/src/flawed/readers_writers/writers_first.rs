//! Flawed: writers shut the door for readers as long as there is any of them.
//!
//! Bug: nobody may starve, and here a reader does: there need never be a moment without a writer.
//! Convicted of: bounded waiting.
//! Schedule: P0 asks to read while P1 writes; P2 asks to write before P1 leaves, P1 asks again before P2
//! leaves, and so on.

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
