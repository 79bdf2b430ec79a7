//! Variant: no guard. Tickets, and for each of the next ones the process that holds it, so that a signal wakes
//! the right one.
//!
//! A process that is slow to say that it holds a ticket looks afterwards whether it was granted, and whoever
//! grants looks afterwards who holds it: one of the two sees the other. A place is taken again only
//! after its ticket was granted; whoever is woken by mistake looks and sleeps again.

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
