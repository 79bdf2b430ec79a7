//! Flawed: the number of readers is read and written, in two steps that nothing protects.
//!
//! Bug: two readers that leave together count one, so that nobody is the last; or two that come together
//! both are the first.
//! Convicted of: progress, and mutual exclusion.
//! Schedule: P0 and P1 read; both read the number 2 and write 1; nobody gives the room back.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    turnstile: Permits,
    readers: AtomicUsize,
    room_empty: Permits,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            turnstile: Permits::new(1),
            readers: AtomicUsize::new(0),
            room_empty: Permits::new(1),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.turnstile.wait();
        let readers = self.readers.load(Ordering::SeqCst) + 1;
        self.readers.store(readers, Ordering::SeqCst);
        if readers == 1 {
            self.room_empty.wait();
        }
        self.turnstile.signal();
    }

    fn end_read(&self, _me: ProcessId) {
        let readers = self.readers.load(Ordering::SeqCst).saturating_sub(1);
        self.readers.store(readers, Ordering::SeqCst);
        if readers == 0 {
            self.room_empty.signal();
        }
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
