//! A room with a seat for each process. A reader takes one of them, a writer takes them all.

mod room;

use harness::prelude::*;
use room::Room;

pub struct ReadersWriters(Room);

impl ReadWriteLock for ReadersWriters {
    fn new(processes: usize) -> Self {
        Self(Room::new(processes))
    }

    fn start_read(&self, _me: ProcessId) {
        self.0.sit_down(1);
    }

    fn end_read(&self, _me: ProcessId) {
        self.0.get_up(1);
    }

    fn start_write(&self, _me: ProcessId) {
        self.0.sit_down(self.0.size());
    }

    fn end_write(&self, _me: ProcessId) {
        self.0.get_up(self.0.size());
    }
}
