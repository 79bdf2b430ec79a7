//! Flawed: whoever finds no room, or no item, looks again and again.
//!
//! Bug: it leaves the guard and enters it at once, and never sleeps.
//! Convicted of: busy waiting. The rest holds, but for bounded waiting, which depends on who is quick.
//! Schedule: P1 wants an item, and nobody deposits one.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
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
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.guard.leave();
            self.guard.enter();
        }
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.guard.leave();
            self.guard.enter();
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        self.guard.leave();
        item
    }
}
