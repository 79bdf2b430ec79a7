//! Flawed: semaphores only, nothing protects the places.
//!
//! Bug: the semaphores let as many through as there are places; two producers then read the same number of the
//! next free place.
//! Convicted of: mutual exclusion, a data race on that number. It needs two producers and two places.
//! Schedule: P0 and P1 get a permit each; P0 reads and writes the number of the free place; P1 reads it.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    room: Permits,
    items: Permits,
    places: Vec<SharedCell<u64>>,
    first: SharedCell<usize>,
    free: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            room: Permits::new(capacity),
            items: Permits::new(0),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            first: SharedCell::new(0),
            free: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.room.wait();
        let free = self.free.get();
        self.places[free].set(item);
        self.free.set((free + 1) % self.places.len());
        self.items.signal();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.items.wait();
        let first = self.first.get();
        let item = self.places[first].get();
        self.first.set((first + 1) % self.places.len());
        self.room.signal();
        item
    }
}
