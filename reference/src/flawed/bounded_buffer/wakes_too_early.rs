//! Flawed: tells of the item before it is there.
//!
//! Bug: the permit is given before the place is filled.
//! Convicted of: mutual exclusion, an item that nobody deposited: what was in the place before.
//! Schedule: P0 gives the permit; P1 takes from the place; P0 fills it.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    room: Permits,
    items: Permits,
    guard: Guard,
    places: Vec<SharedCell<u64>>,
    first: SharedCell<usize>,
    free: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            room: Permits::new(capacity),
            items: Permits::new(0),
            guard: Guard::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            first: SharedCell::new(0),
            free: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.room.wait();
        self.items.signal();
        self.guard.enter();
        let free = self.free.get();
        self.places[free].set(item);
        self.free.set((free + 1) % self.places.len());
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.items.wait();
        self.guard.enter();
        let first = self.first.get();
        let item = self.places[first].get();
        self.first.set((first + 1) % self.places.len());
        self.guard.leave();
        self.room.signal();
        item
    }
}
