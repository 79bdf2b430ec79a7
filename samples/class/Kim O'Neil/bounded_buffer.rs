use harness::prelude::*;

pub struct BoundedBuffer {
    guard: Guard,
    changed: Condition,
    places: Vec<SharedCell<u64>>,
    put: SharedCell<usize>,
    taken: SharedCell<usize>,
}

impl BoundedBuffer {
    fn count(&self) -> usize {
        self.put.get() - self.taken.get()
    }
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            put: SharedCell::new(0),
            taken: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.guard.enter();
        while self.count() == self.places.len() {
            self.changed.wait(&self.guard);
        }
        let put = self.put.get();
        self.places[put % self.places.len()].set(item);
        self.put.set(put + 1);
        self.changed.signal();
        self.guard.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.guard.enter();
        while self.count() == 0 {
            self.changed.wait(&self.guard);
        }
        let taken = self.taken.get();
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        self.changed.signal();
        self.guard.leave();
        item
    }
}
