//! Variant: one eats at a time. It wastes forks, and nothing else is wrong with it.

use harness::prelude::*;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    turn: Permits,
}

impl Table for DiningPhilosophers {
    fn new(_philosophers: usize) -> Self {
        Self { turn: Permits::new(1) }
    }

    fn pick_up(&self, _me: ProcessId) {
        self.turn.wait();
    }

    fn put_down(&self, _me: ProcessId) {
        self.turn.signal();
    }
}
