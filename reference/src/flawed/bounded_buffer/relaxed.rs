//! Flawed: a guard for each side, and counts that order nothing.
//!
//! Bug: the new count may be seen before what is in the place.
//! Convicted of: mutual exclusion under C++20 only: an item that was not deposited or not visible. Sequentially all holds.
//! Schedule: P0 fills the place and counts; P1 reads the new count and the old place.

use harness::prelude::*;

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    producers: Guard,
    consumers: Guard,
    places: Vec<AtomicU64>,
    taken: AtomicU32,
    deposited: AtomicU32,
}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, capacity: usize) -> Self {
        Self {
            producers: Guard::new(),
            consumers: Guard::new(),
            places: (0..capacity).map(|_| AtomicU64::new(0)).collect(),
            taken: AtomicU32::new(0),
            deposited: AtomicU32::new(0),
        }
    }

    fn deposit(&self, _me: ProcessId, item: u64) {
        self.producers.enter();
        let deposited = self.deposited.load(Ordering::Relaxed);
        loop {
            let taken = self.taken.load(Ordering::Relaxed);
            if (deposited - taken) as usize != self.places.len() {
                break;
            }
            futex_wait(&self.taken, taken);
        }
        self.places[deposited as usize % self.places.len()].store(item, Ordering::Relaxed);
        self.deposited.store(deposited + 1, Ordering::Relaxed);
        futex_wake(&self.deposited, 1);
        self.producers.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.consumers.enter();
        let taken = self.taken.load(Ordering::Relaxed);
        loop {
            let deposited = self.deposited.load(Ordering::Relaxed);
            if deposited != taken {
                break;
            }
            futex_wait(&self.deposited, deposited);
        }
        let item = self.places[taken as usize % self.places.len()].load(Ordering::Relaxed);
        self.taken.store(taken + 1, Ordering::Relaxed);
        futex_wake(&self.taken, 1);
        self.consumers.leave();
        item
    }
}
