//! A bounded buffer with two semaphores: one counts the empty places, the other one the items.
//!
//! Each semaphore holds back one side; the guard protects the places and their numbers from those who got
//! through. The permits come first and the guard second: whoever slept in the guard would lock out the one
//! that it waits for.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    room: Permits,
    items: Permits,
    guard: Guard,
    places: Vec<SharedCell<u64>>,
    /// The next place to take from.
    first: SharedCell<usize>,
    /// The next place to fill.
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
        self.guard.enter();
        let free = self.free.get();
        self.places[free].set(item);
        self.free.set((free + 1) % self.places.len());
        self.guard.leave();
        self.items.signal();
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
