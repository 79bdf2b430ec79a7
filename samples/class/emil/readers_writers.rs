use harness::prelude::*;

pub struct ReadersWriters {
    guard: Guard,
    empty: Condition,
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            empty: Condition::new(),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        // Readers change nothing, so they may always come in.
        self.guard.enter();
        self.readers.set(self.readers.get() + 1);
        self.guard.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        self.empty.signal();
        self.guard.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.guard.enter();
        while self.readers.get() > 0 || self.writing.get() {
            self.empty.wait(&self.guard);
        }
        self.writing.set(true);
        self.guard.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        self.empty.signal();
        self.guard.leave();
    }
}
