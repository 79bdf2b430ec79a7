//! Flawed: a writer says that it waits after it has left the guard.
//!
//! Bug: between its look at the number of readers and its sleep the last reader leaves, and sees nobody to
//! wake.
//! Convicted of: progress: a lost wake-up; everybody stuck, if others wait in the turnstile behind it.
//! Schedule: P0 reads; P1 asks to write, sees a reader, leaves the guard; P0 leaves; P1 says that it waits, and
//! sleeps for ever.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    turnstile: Permits,
    guard: Guard,
    readers: SharedCell<usize>,
    /// The writer that waits for the last reader: its number plus one.
    waiting: AtomicUsize,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            turnstile: Permits::new(1),
            guard: Guard::new(),
            readers: SharedCell::new(0),
            waiting: AtomicUsize::new(0),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.turnstile.wait();
        self.guard.enter();
        self.readers.set(self.readers.get() + 1);
        self.guard.leave();
        self.turnstile.signal();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        let is_last = self.readers.get() == 0;
        self.guard.leave();
        if is_last {
            let waiting = self.waiting.swap(0, Ordering::SeqCst);
            if waiting > 0 {
                unpark(ProcessId::new(waiting - 1));
            }
        }
    }

    fn start_write(&self, me: ProcessId) {
        // Nobody comes in behind it: only those that are there already may still read.
        self.turnstile.wait();
        self.guard.enter();
        let mut readers = self.readers.get();
        self.guard.leave();
        while readers > 0 {
            self.waiting.store(me.index() + 1, Ordering::SeqCst);
            park();
            self.guard.enter();
            readers = self.readers.get();
            self.guard.leave();
        }
    }

    fn end_write(&self, _me: ProcessId) {
        self.turnstile.signal();
    }
}
