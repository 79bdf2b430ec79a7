//! Flawed: the last item comes out first.
//!
//! Bug: the buffer is a stack.
//! Convicted of: mutual exclusion, out of order. It needs two places.
//! Schedule: P0 deposits 1 and 2; P1 takes 2.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    room: Permits,
    items: Permits,
    guard: Guard,
    places: Vec<SharedCell<u64>>,
    count: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            room: Permits::new(capacity),
            items: Permits::new(0),
            guard: Guard::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            count: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.room.wait();
        self.guard.enter();
        let count = self.count.get();
        self.places[count].set(item);
        self.count.set(count + 1);
        self.guard.leave();
        self.items.signal();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.items.wait();
        self.guard.enter();
        let count = self.count.get();
        let item = self.places[count - 1].get();
        self.count.set(count - 1);
        self.guard.leave();
        self.room.signal();
        item
    }
}
