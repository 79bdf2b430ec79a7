use harness::prelude::*;

pub struct BoundedBuffer {
    monitor: Guard,
    not_full: Condition,
    not_empty: Condition,
    slots: Vec<SharedCell<u64>>,
    oldest: SharedCell<usize>,
    used: SharedCell<usize>,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            monitor: Guard::new(),
            not_full: Condition::new(),
            not_empty: Condition::new(),
            slots: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            oldest: SharedCell::new(0),
            used: SharedCell::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.monitor.enter();
        while self.used.get() == self.slots.len() {
            self.not_full.wait(&self.monitor);
        }
        let used = self.used.get();
        self.slots[(self.oldest.get() + used) % self.slots.len()].set(item);
        self.used.set(used + 1);
        self.not_empty.signal();
        self.monitor.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.monitor.enter();
        while self.used.get() == 0 {
            self.not_empty.wait(&self.monitor);
        }
        let oldest = self.oldest.get();
        let item = self.slots[oldest].get();
        self.oldest.set((oldest + 1) % self.slots.len());
        self.used.set(self.used.get() - 1);
        self.not_full.signal();
        self.monitor.leave();
        item
    }
}
