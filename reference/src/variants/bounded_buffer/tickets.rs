//! Variant: a monitor with numbers. Whoever comes draws one, and is served when all before it on its side
//! have been: nobody overtakes, however long the way back into the guard is.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    changed: Condition,
    /// Numbers for those who come, on each side: whose turn it is follows from the counts of items.
    producers: SharedCell<usize>,
    consumers: SharedCell<usize>,
    places: Vec<SharedCell<u64>>,
    /// How many items were taken, and how many were deposited.
    taken: SharedCell<usize>,
    deposited: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            producers: SharedCell::new(0),
            consumers: SharedCell::new(0),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        let mine = self.producers.get();
        self.producers.set(mine + 1);
        while self.deposited.get() != mine || mine - self.taken.get() == self.places.len() {
            self.changed.wait(&self.guard);
        }
        self.places[mine % self.places.len()].set(item);
        self.deposited.set(mine + 1);
        self.changed.broadcast();
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        let mine = self.consumers.get();
        self.consumers.set(mine + 1);
        while self.taken.get() != mine || mine == self.deposited.get() {
            self.changed.wait(&self.guard);
        }
        let item = self.places[mine % self.places.len()].get();
        self.taken.set(mine + 1);
        self.changed.broadcast();
        self.guard.leave();
        item
    }
}
