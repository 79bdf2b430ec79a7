//! Variant: a monitor, as in the textbooks, with a condition for each side.
//!
//! Whoever was woken enters the guard again, perhaps after another one of its own side: how often that can
//! happen, nothing bounds.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    not_full: Condition,
    not_empty: Condition,
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
            not_full: Condition::new(),
            not_empty: Condition::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.not_full.wait(&self.guard);
        }
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
        self.not_empty.signal();
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.not_empty.wait(&self.guard);
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        self.not_full.signal();
        self.guard.leave();
        item
    }
}
