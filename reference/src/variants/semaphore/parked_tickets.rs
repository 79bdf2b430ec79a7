//! Variant: no guard. Tickets, and for each process the one that it holds, so that a signal finds whom to wake.
//!
//! Whoever waits says for which ticket, and looks afterwards whether it was granted; whoever grants it looks
//! afterwards who waits for it: one of the two sees the other, thanks to `SeqCst`.

use harness::prelude::*;

/// The tickets.
#[derive(Debug)]
pub struct Semaphore {
    drawn: AtomicUsize,
    granted: AtomicUsize,
    /// By process: the ticket that it waits for, or waited for last, plus one.
    ticket: Vec<AtomicUsize>,
}

impl CountingSemaphore for Semaphore {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            drawn: AtomicUsize::new(0),
            granted: AtomicUsize::new(permits),
            ticket: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        let ticket = self.drawn.fetch_add(1, Ordering::SeqCst);
        self.ticket[me.index()].store(ticket + 1, Ordering::SeqCst);
        while ticket >= self.granted.load(Ordering::SeqCst) {
            park();
        }
    }

    fn signal(&self, _me: ProcessId) {
        let ticket = self.granted.fetch_add(1, Ordering::SeqCst);
        let waits =
            |process: &ProcessId| self.ticket[process.index()].load(Ordering::SeqCst) == ticket + 1;
        if let Some(holder) = (0..self.ticket.len()).map(ProcessId::new).find(waits) {
            unpark(holder);
        }
    }
}
