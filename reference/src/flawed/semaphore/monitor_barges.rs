//! Flawed: a monitor as the textbooks have it, and whoever is woken may find the permit gone.
//!
//! Bug: none but unfairness: the woken process enters the guard again after others, and then waits at the end
//! of the queue.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 waits; P1 signals, which wakes P0, and waits again before P0 is in the guard.

use harness::prelude::*;

/// The semaphore.
#[derive(Debug)]
pub struct Semaphore {
    guard: Guard,
    not_zero: Condition,
    permits: SharedCell<usize>,
}

impl CountingSemaphore for Semaphore {
    fn new(_processes: usize, permits: usize) -> Self {
        Self { guard: Guard::new(), not_zero: Condition::new(), permits: SharedCell::new(permits) }
    }

    fn wait(&self, _me: ProcessId) {
        self.guard.enter();
        while self.permits.get() == 0 {
            self.not_zero.wait(&self.guard);
        }
        self.permits.set(self.permits.get() - 1);
        self.guard.leave();
    }

    fn signal(&self, _me: ProcessId) {
        self.guard.enter();
        self.permits.set(self.permits.get() + 1);
        self.not_zero.signal();
        self.guard.leave();
    }
}
