//! Variant: two semaphores, and a guard for each side: a producer and a consumer may be at work at once.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    room: Permits,
    items: Permits,
    producers: Guard,
    consumers: Guard,
    places: Vec<SharedCell<u64>>,
    first: SharedCell<usize>,
    free: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            room: Permits::new(capacity),
            items: Permits::new(0),
            producers: Guard::new(),
            consumers: Guard::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            first: SharedCell::new(0),
            free: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.room.wait();
        self.producers.enter();
        let free = self.free.get();
        self.places[free].set(item);
        self.free.set((free + 1) % self.places.len());
        self.producers.leave();
        self.items.signal();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.items.wait();
        self.consumers.enter();
        let first = self.first.get();
        let item = self.places[first].get();
        self.first.set((first + 1) % self.places.len());
        self.consumers.leave();
        self.room.signal();
        item
    }
}
