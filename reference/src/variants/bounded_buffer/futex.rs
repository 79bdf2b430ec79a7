//! Variant: a count of all changes, as a futex. Whoever waits remembers it while still in the guard, and
//! sleeps unless it has changed.

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
            let seen = self.changes.load(Ordering::Relaxed);
            self.guard.leave();
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
            let seen = self.changes.load(Ordering::Relaxed);
            self.guard.leave();
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
