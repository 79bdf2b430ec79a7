//! Flawed: a counter of places is taken down by one, and up again by whoever came too late.
//!
//! Bug: those who try and give back keep the counter below one for each other.
//! Convicted of: progress, livelock. (Starvation is allowed here, and this has it too.)
//! Schedule: P0 enters; P1 takes the counter down; P0 leaves and asks again: from now on each takes
//! the counter down before the other looks.

use harness::prelude::*;

/// One if nobody is inside and nobody tries.
#[derive(Debug)]
pub struct TestAndSet {
    places: AtomicIsize,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { places: AtomicIsize::new(1) }
    }

    fn entry_section(&self, _me: ProcessId) {
        while self.places.fetch_sub(1, Ordering::SeqCst) != 1 {
            self.places.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.places.fetch_add(1, Ordering::SeqCst);
    }
}
