//! One end of the ring.

use harness::prelude::*;

pub struct End {
    /// How many may still pass.
    allowed: Permits,
    one_at_a_time: Permits,
    position: SharedCell<usize>,
}

impl End {
    pub fn new(allowed: usize) -> Self {
        Self {
            allowed: Permits::new(allowed),
            one_at_a_time: Permits::new(1),
            position: SharedCell::new(0),
        }
    }

    pub fn pass<T>(&self, size: usize, work: impl FnOnce(usize) -> T) -> T {
        self.allowed.wait();
        self.one_at_a_time.wait();
        let position = self.position.get();
        let result = work(position);
        self.position.set((position + 1) % size);
        self.one_at_a_time.signal();
        result
    }

    pub fn allow(&self) {
        self.allowed.signal();
    }
}
