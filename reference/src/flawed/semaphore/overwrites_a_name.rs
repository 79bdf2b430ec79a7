//! Flawed: each of the next tickets has a place where its holder leaves its name, and a slow one does so when
//! its ticket was granted long ago and the place is another one's.
//!
//! Bug: a look and then a store, and in between the place changes hands.
//! Convicted of: progress, lost wake-up.
//! Schedule: P1 draws a ticket, sees that it was not granted, and is slow; its ticket is granted, and P0
//! draws the one with the same place and leaves its name; P1 writes its own over it. P0 is never woken.

use harness::prelude::*;

/// The tickets.
#[derive(Debug)]
pub struct Semaphore {
    drawn: AtomicUsize,
    granted: AtomicUsize,
    /// By ticket, modulo the number of processes: the number of its holder plus one.
    holder: Vec<AtomicUsize>,
}

impl CountingSemaphore for Semaphore {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            drawn: AtomicUsize::new(0),
            granted: AtomicUsize::new(permits),
            holder: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        let ticket = self.drawn.fetch_add(1, Ordering::SeqCst);
        if ticket < self.granted.load(Ordering::SeqCst) {
            return;
        }
        self.holder[ticket % self.holder.len()].store(me.index() + 1, Ordering::SeqCst);
        while ticket >= self.granted.load(Ordering::SeqCst) {
            park();
        }
    }

    fn signal(&self, _me: ProcessId) {
        let ticket = self.granted.fetch_add(1, Ordering::SeqCst);
        let holder = self.holder[ticket % self.holder.len()].load(Ordering::SeqCst);
        if holder > 0 {
            unpark(ProcessId::new(holder - 1));
        }
    }
}
