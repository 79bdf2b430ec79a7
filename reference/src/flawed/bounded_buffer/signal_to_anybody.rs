//! Flawed: one condition for both sides, and a signal instead of a broadcast.
//!
//! Bug: the signal that is meant for a producer wakes a consumer, who looks, finds nothing and sleeps again.
//! Convicted of: progress, stuck. It needs three processes.
//! Schedule: both consumers wait; the producer deposits and wakes the first; it wants to deposit again and waits; the
//! first takes and wakes the second, which finds nothing.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    /// For those who wait for room, and for those who wait for an item.
    changed: Condition,
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
            changed: Condition::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.changed.wait(&self.guard);
        }
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
        self.changed.signal();
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.changed.wait(&self.guard);
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        self.changed.signal();
        self.guard.leave();
        item
    }
}
