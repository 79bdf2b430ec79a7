//! Flawed: all orderings are `Relaxed`.
//!
//! Bug: a permit passes from one process to another and takes nothing along.
//! Convicted of: mutual exclusion, not visible, under C++20 only.
//! Schedule: P0 waits, writes the datum and signals; P1 waits, and reads the datum.

use harness::prelude::*;

/// The tickets that were drawn, and those that were granted: a permit for each below.
#[derive(Debug)]
pub struct Semaphore {
    drawn: AtomicU32,
    granted: AtomicU32,
}

impl CountingSemaphore for Semaphore {
    fn new(_processes: usize, permits: usize) -> Self {
        Self { drawn: AtomicU32::new(0), granted: AtomicU32::new(permits as u32) }
    }

    fn wait(&self, _me: ProcessId) {
        let ticket = self.drawn.fetch_add(1, Ordering::Relaxed);
        loop {
            let granted = self.granted.load(Ordering::Relaxed);
            // The distance, so that it does not matter when the numbers run over.
            if granted.wrapping_sub(ticket).cast_signed() > 0 {
                return;
            }
            futex_wait(&self.granted, granted);
        }
    }

    fn signal(&self, _me: ProcessId) {
        self.granted.fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.granted, usize::MAX);
    }
}
