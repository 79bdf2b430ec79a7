use harness::prelude::*;

pub struct Room {
    size: usize,
    /// Only one at a time looks for seats: two writers with half of them each would wait for ever.
    door: Permits,
    seats: Permits,
}

impl Room {
    pub fn new(size: usize) -> Self {
        Self { size, door: Permits::new(1), seats: Permits::new(size) }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn sit_down(&self, seats: usize) {
        self.door.wait();
        (0..seats).for_each(|_| self.seats.wait());
        self.door.signal();
    }

    pub fn get_up(&self, seats: usize) {
        (0..seats).for_each(|_| self.seats.signal());
    }
}
