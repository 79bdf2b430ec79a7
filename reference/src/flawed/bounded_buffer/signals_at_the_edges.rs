//! Flawed: it signals only if the buffer was empty, or full, before.
//!
//! Bug: whoever was woken for that is not there yet when the next item comes, so nobody is told of that one. With one
//! place all is well.
//! Convicted of: progress, stuck. It needs three processes and two places.
//! Schedule: both consumers wait; the producer deposits and wakes the first; it deposits again and wakes nobody; the
//! first takes an item. The second sleeps beside the other one.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    room: Condition,
    items: Condition,
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
            room: Condition::new(),
            items: Condition::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.room.wait(&self.guard);
        }
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
        if self.count() == 1 {
            self.items.signal();
        }
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.items.wait(&self.guard);
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        if self.count() + 1 == self.places.len() {
            self.room.signal();
        }
        self.guard.leave();
        item
    }
}
