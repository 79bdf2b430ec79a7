//! Semaphores. Producers and consumers have a lock each, as they are at different ends.

mod end;

use end::End;
use harness::prelude::*;

pub struct BoundedBuffer {
    ring: Box<[SharedCell<u64>]>,
    front: End,
    back: End,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            ring: (0..capacity).map(|_| SharedCell::default()).collect(),
            front: End::new(0),
            back: End::new(capacity),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.back.pass(self.ring.len(), |place| self.ring[place].set(item));
        self.front.allow();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        let item = self.front.pass(self.ring.len(), |place| self.ring[place].get());
        self.back.allow();
        item
    }
}
