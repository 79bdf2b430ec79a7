//! Variant: a monitor, with a condition for those who wait. Tickets keep the order, for whoever is woken
//! enters the guard again after others perhaps.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore {
    guard: Guard,
    granted_more: Condition,
    drawn: SharedCell<usize>,
    granted: SharedCell<usize>,
}

impl CountingSemaphore for Semaphore {
    fn new(_processes: usize, permits: usize) -> Self {
        Self {
            guard: Guard::new(),
            granted_more: Condition::new(),
            drawn: SharedCell::new(0),
            granted: SharedCell::new(permits),
        }
    }

    fn wait(&self, _me: ProcessId) {
        self.guard.enter();
        let ticket = self.drawn.get();
        self.drawn.set(ticket + 1);
        while ticket >= self.granted.get() {
            self.granted_more.wait(&self.guard);
        }
        self.guard.leave();
    }

    fn signal(&self, _me: ProcessId) {
        self.guard.enter();
        self.granted.set(self.granted.get() + 1);
        self.granted_more.broadcast();
        self.guard.leave();
    }
}
