//! Variant: a guard for each side, and no lock between them: each count is written by one side only, and is
//! the futex on which the other one sleeps. Source: Lamport, "Specifying concurrent program modules",
//! TOPLAS 5(2), 1983.

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
            let taken = self.taken.load(Ordering::Acquire);
            if (deposited - taken) as usize != self.places.len() {
                break;
            }
            futex_wait(&self.taken, taken);
        }
        self.places[deposited as usize % self.places.len()].store(item, Ordering::Relaxed);
        self.deposited.store(deposited + 1, Ordering::Release);
        futex_wake(&self.deposited, 1);
        self.producers.leave();
    }

    fn take(&self, _me: ProcessId) -> u64 {
        self.consumers.enter();
        let taken = self.taken.load(Ordering::Relaxed);
        loop {
            let deposited = self.deposited.load(Ordering::Acquire);
            if deposited != taken {
                break;
            }
            futex_wait(&self.deposited, deposited);
        }
        let item = self.places[taken as usize % self.places.len()].load(Ordering::Relaxed);
        self.taken.store(taken + 1, Ordering::Release);
        futex_wake(&self.taken, 1);
        self.consumers.leave();
        item
    }
}
