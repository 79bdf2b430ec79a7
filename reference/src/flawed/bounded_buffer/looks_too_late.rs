//! Flawed: a futex, whose value is read when the guard has been left.
//!
//! Bug: what changes between the look at the buffer and the look at the futex wakes nobody.
//! Convicted of: progress, a lost wake-up.
//! Schedule: P1 finds no item and leaves the guard; P0 deposits one, counts the change and wakes nobody; P1 reads the
//! new count and sleeps.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    /// Counts all changes: whoever waits sleeps until it is another one.
    changes: AtomicU32,
    places: Vec<SharedCell<u64>>,
    /// How many items were taken, and how many were deposited.
    taken: SharedCell<usize>,
    deposited: SharedCell<usize>,
}

impl BoundedBuffer {
    fn count(&self) -> usize {
        self.deposited.get().wrapping_sub(self.taken.get())
    }
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            guard: Guard::new(),
            changes: AtomicU32::new(0),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.guard.leave();
            let seen = self.changes.load(Ordering::Relaxed);
            futex_wait(&self.changes, seen);
            self.guard.enter();
        }
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
        self.changes.fetch_add(1, Ordering::Relaxed);
        self.guard.leave();
        futex_wake(&self.changes, usize::MAX);
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.guard.leave();
            let seen = self.changes.load(Ordering::Relaxed);
            futex_wait(&self.changes, seen);
            self.guard.enter();
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        self.changes.fetch_add(1, Ordering::Relaxed);
        self.guard.leave();
        futex_wake(&self.changes, usize::MAX);
        item
    }
}
