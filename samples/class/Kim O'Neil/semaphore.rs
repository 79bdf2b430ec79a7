use harness::prelude::*;

pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<u32>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self { guard: G::new(processes), permits: SharedCell::new(permits as u32) }
    }

    fn wait(&self, me: ProcessId) {
        loop {
            self.guard.entry_section(me);
            let permits = self.permits.get();
            if permits > 0 {
                self.permits.set(permits - 1);
            }
            self.guard.exit_section(me);
            if permits > 0 {
                break;
            }
            yield_now(); // let the others work
        }
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        self.permits.set(self.permits.get() + 1);
        self.guard.exit_section(me);
    }
}
