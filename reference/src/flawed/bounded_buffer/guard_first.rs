//! Flawed: first the guard, then the permit.
//!
//! Bug: whoever waits for a permit does so inside of the guard, which the one that would give it cannot enter.
//! Convicted of: progress, stuck. The rest holds.
//! Schedule: P1 wants an item and sleeps in the guard; P0 cannot enter it to deposit one.

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
        self.guard.enter();
        self.room.wait();
        let free = self.free.get();
        self.places[free].set(item);
        self.free.set((free + 1) % self.places.len());
        self.guard.leave();
        self.items.signal();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        self.items.wait();
        let first = self.first.get();
        let item = self.places[first].get();
        self.first.set((first + 1) % self.places.len());
        self.guard.leave();
        self.room.signal();
        item
    }
}
