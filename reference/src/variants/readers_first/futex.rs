//! A variant: a futex that counts the changes that those who wait are to hear of.
//!
//! Readers that come while somebody writes are counted, and before them no other writer gets in. A reader that
//! leaves needs no guard.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    writing: SharedCell<bool>,
    /// Readers that wait until nobody writes.
    waiting: SharedCell<usize>,
    /// The number of readers inside.
    inside: AtomicU32,
    changes: AtomicU32,
}

impl ReadersWriters {
    /// Enters the guard when `is_so` holds in it.
    fn enter_when(&self, is_so: impl Fn() -> bool) {
        self.guard.enter();
        loop {
            // Before the look: what changes after it changes this too.
            let seen = self.changes.load(Ordering::SeqCst);
            if is_so() {
                return;
            }
            self.guard.leave();
            futex_wait(&self.changes, seen);
            self.guard.enter();
        }
    }

    fn tell(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        futex_wake(&self.changes, usize::MAX);
    }
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            writing: SharedCell::new(false),
            waiting: SharedCell::new(0),
            inside: AtomicU32::new(0),
            changes: AtomicU32::new(0),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.waiting.set(self.waiting.get() + 1);
        self.guard.leave();
        self.enter_when(|| !self.writing.get());
        self.waiting.set(self.waiting.get() - 1);
        self.inside.fetch_add(1, Ordering::Relaxed);
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        if self.inside.fetch_sub(1, Ordering::Release) == 1 {
            self.tell();
        }
    }

    fn start_write(&self, _me: ProcessId) {
        self.enter_when(|| {
            let nobody_reads = self.inside.load(Ordering::Acquire) == 0;
            nobody_reads && !self.writing.get() && self.waiting.get() == 0
        });
        self.writing.set(true);
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        self.guard.leave();
        self.tell();
    }
}
