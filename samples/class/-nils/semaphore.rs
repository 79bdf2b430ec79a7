use harness::prelude::*;

/// Tickets: number t may go on as soon as t < limit.
pub struct Semaphore {
    tickets: AtomicU32,
    limit: AtomicU32,
}

impl CountingSemaphore for Semaphore {
    fn new(_processes: usize, permits: usize) -> Self {
        Self { tickets: AtomicU32::new(0), limit: AtomicU32::new(permits as u32) }
    }

    fn wait(&self, _me: ProcessId) {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        loop {
            let limit = self.limit.load(Ordering::Acquire);
            if ticket < limit {
                return;
            }
            futex_wait(&self.limit, limit);
        }
    }

    fn signal(&self, _me: ProcessId) {
        self.limit.fetch_add(1, Ordering::Release);
        // All, as I do not know who has which ticket.
        futex_wake(&self.limit, usize::MAX);
    }
}
