use harness::prelude::*;

/// As at the baker's: everybody draws a number. When its turn comes, a reader waits until nobody
/// writes, and a writer until nobody is inside. Then it is the next number's turn.
pub struct ReadersWriters {
    monitor: Guard,
    news: Condition,
    next_number: SharedCell<usize>,
    turn: SharedCell<usize>,
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
}

impl ReadersWriters {
    fn draw(&self) -> usize {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        number
    }

    fn admit_next(&self) {
        self.turn.set(self.turn.get() + 1);
        self.news.broadcast();
    }
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            monitor: Guard::new(),
            news: Condition::new(),
            next_number: SharedCell::new(0),
            turn: SharedCell::new(0),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.monitor.enter();
        let number = self.draw();
        while self.turn.get() != number || self.writing.get() {
            self.news.wait(&self.monitor);
        }
        self.readers.set(self.readers.get() + 1);
        self.admit_next();
        self.monitor.leave();
    }

    fn end_read(&self, _me: ProcessId) {
        self.monitor.enter();
        self.readers.set(self.readers.get() - 1);
        self.news.broadcast();
        self.monitor.leave();
    }

    fn start_write(&self, _me: ProcessId) {
        self.monitor.enter();
        let number = self.draw();
        while self.turn.get() != number || self.writing.get() || self.readers.get() > 0 {
            self.news.wait(&self.monitor);
        }
        self.writing.set(true);
        self.admit_next();
        self.monitor.leave();
    }

    fn end_write(&self, _me: ProcessId) {
        self.monitor.enter();
        self.writing.set(false);
        self.news.broadcast();
        self.monitor.leave();
    }
}
