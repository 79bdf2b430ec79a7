//! A variant: one queue for all, and park. Whoever leaves lets in those at the head of the queue, and they are
//! inside before they wake up.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    guard: Guard,
    /// Who waits, in order.
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
    /// Those inside: a number of readers, or a writer.
    readers: SharedCell<usize>,
    writing: SharedCell<bool>,
    /// By process: whether it wants to write, and whether it was let in.
    writes: Vec<SharedCell<bool>>,
    admitted: Vec<SharedCell<bool>>,
}

impl ReadersWriters {
    /// Whether there is room for one more.
    fn is_free(&self, to_write: bool) -> bool {
        !(self.writing.get() || to_write && self.readers.get() > 0)
    }

    fn count(&self, to_write: bool) {
        if to_write {
            self.writing.set(true);
        } else {
            self.readers.set(self.readers.get() + 1);
        }
    }

    fn start(&self, me: ProcessId, to_write: bool) {
        self.guard.enter();
        if self.waiting.get() == 0 && self.is_free(to_write) {
            self.count(to_write);
            self.guard.leave();
            return;
        }
        let last = (self.first.get() + self.waiting.get()) % self.queue.len();
        self.queue[last].set(Some(me));
        self.writes[me.index()].set(to_write);
        self.waiting.set(self.waiting.get() + 1);
        self.admitted[me.index()].set(false);
        while !self.admitted[me.index()].get() {
            self.guard.leave();
            park();
            self.guard.enter();
        }
        self.guard.leave();
    }

    /// Lets in all those at the head of the queue for whom there is room.
    fn admit(&self) {
        while self.waiting.get() > 0
            && let Some(next) = self.queue[self.first.get()].get()
            && self.is_free(self.writes[next.index()].get())
        {
            self.first.set((self.first.get() + 1) % self.queue.len());
            self.waiting.set(self.waiting.get() - 1);
            self.count(self.writes[next.index()].get());
            self.admitted[next.index()].set(true);
            unpark(next);
        }
    }
}

impl ReadWriteLock for ReadersWriters {
    fn new(processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            waiting: SharedCell::new(0),
            readers: SharedCell::new(0),
            writing: SharedCell::new(false),
            writes: (0..processes).map(|_| SharedCell::new(false)).collect(),
            admitted: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn start_read(&self, me: ProcessId) {
        self.start(me, false);
    }

    fn end_read(&self, _me: ProcessId) {
        self.guard.enter();
        self.readers.set(self.readers.get() - 1);
        self.admit();
        self.guard.leave();
    }

    fn start_write(&self, me: ProcessId) {
        self.start(me, true);
    }

    fn end_write(&self, _me: ProcessId) {
        self.guard.enter();
        self.writing.set(false);
        self.admit();
        self.guard.leave();
    }
}
