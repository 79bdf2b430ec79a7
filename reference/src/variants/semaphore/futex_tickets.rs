//! Variant: no guard. Whoever waits draws a ticket, and sleeps on the number of those that were granted.

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
            let granted = self.granted.load(Ordering::Acquire);
            // The distance, so that it does not matter when the numbers run over.
            if granted.wrapping_sub(ticket).cast_signed() > 0 {
                return;
            }
            futex_wait(&self.granted, granted);
        }
    }

    fn signal(&self, _me: ProcessId) {
        self.granted.fetch_add(1, Ordering::Release);
        futex_wake(&self.granted, usize::MAX);
    }
}
