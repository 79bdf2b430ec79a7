//! A variant: semaphores only, and a baton. Whoever has the baton may look at the numbers and change them; it
//! gives the baton to one that may go on now, or puts it down.
//!
//! Andrews, *Concurrent Programming*, 1991, section 4.4 (passing the baton).

use harness::prelude::*;

fn add(number: &SharedCell<usize>, change: isize) {
    number.set(number.get().wrapping_add_signed(change));
}

/// The lock.
#[derive(Debug)]
pub struct ReadersWriters {
    /// The baton: whoever has it may look at the numbers.
    baton: Permits,
    /// Where readers and writers wait for it.
    reader: Permits,
    writer: Permits,
    /// Those inside.
    readers: SharedCell<usize>,
    writers: SharedCell<usize>,
    /// Those that wait.
    waiting_readers: SharedCell<usize>,
    waiting_writers: SharedCell<usize>,
    /// Whether a writer was the last one inside.
    written: SharedCell<bool>,
}

impl ReadersWriters {
    /// Gives the baton to one who may go on, or puts it down. After a writer readers come first, and all
    /// of them that wait: each one that comes in lets in the next.
    fn pass_on(&self, came_in: bool) {
        let (waiting_readers, waiting_writers) =
            (self.waiting_readers.get() > 0, self.waiting_writers.get() > 0);
        let readers_turn = self.written.get() || !waiting_writers;
        if self.writers.get() == 0 && waiting_readers && readers_turn {
            self.reader.signal();
        } else if self.writers.get() == 0 && self.readers.get() == 0 && waiting_writers && !came_in
        {
            self.writer.signal();
        } else {
            if came_in && !waiting_readers {
                self.written.set(false);
            }
            self.baton.signal();
        }
    }
}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        Self {
            baton: Permits::new(1),
            reader: Permits::new(0),
            writer: Permits::new(0),
            readers: SharedCell::new(0),
            writers: SharedCell::new(0),
            waiting_readers: SharedCell::new(0),
            waiting_writers: SharedCell::new(0),
            written: SharedCell::new(false),
        }
    }

    fn start_read(&self, _me: ProcessId) {
        self.baton.wait();
        if self.writers.get() > 0 || self.waiting_writers.get() > 0 {
            add(&self.waiting_readers, 1);
            self.baton.signal();
            // Whoever wakes it passes the baton.
            self.reader.wait();
            add(&self.waiting_readers, -1);
        }
        add(&self.readers, 1);
        self.pass_on(true);
    }

    fn end_read(&self, _me: ProcessId) {
        self.baton.wait();
        add(&self.readers, -1);
        self.written.set(false);
        self.pass_on(false);
    }

    fn start_write(&self, _me: ProcessId) {
        self.baton.wait();
        if self.readers.get() > 0 || self.writers.get() > 0 {
            add(&self.waiting_writers, 1);
            self.baton.signal();
            self.writer.wait();
            add(&self.waiting_writers, -1);
        }
        add(&self.writers, 1);
        self.pass_on(false);
    }

    fn end_write(&self, _me: ProcessId) {
        self.baton.wait();
        add(&self.writers, -1);
        self.written.set(true);
        self.pass_on(false);
    }
}
