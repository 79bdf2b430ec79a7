//! Flawed: the second reader takes the room, not the first.
//!
//! Bug: the number of readers is compared before the reader is counted, with the number that it has after; and
//! when one leaves, the other way round.
//! Convicted of: mutual exclusion. The room is given back when one reader is left, so nobody waits for ever.
//! Schedule: P0 reads; P1 asks to write, and gets in.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    /// Everybody comes through here, in the order in which they ask.
    turnstile: Permits,
    /// Around the number of readers.
    mutex: Guard,
    readers: SharedCell<usize>,
    /// There is a permit if nobody is inside; the readers hold it together.
    room_empty: Permits,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            turnstile: Permits::new(1),
            mutex: Guard::new(),
            readers: SharedCell::new(0),
            room_empty: Permits::new(1),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.turnstile.wait();
        self.mutex.enter();
        let readers = self.readers.get();
        self.readers.set(readers + 1);
        if readers == 1 {
            self.room_empty.wait();
        }
        self.mutex.leave();
        self.turnstile.signal();
    }

    fn end_read(&self, _me: ProcessId) {
        self.mutex.enter();
        let readers = self.readers.get() - 1;
        self.readers.set(readers);
        if readers == 1 {
            self.room_empty.signal();
        }
        self.mutex.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.turnstile.wait();
        self.room_empty.wait();
    }

    fn end_write(&self, _me: ProcessId) {
        self.turnstile.signal();
        self.room_empty.signal();
    }
}
