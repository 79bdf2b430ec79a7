use harness::prelude::*;

pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<usize>,
    waits: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            permits: SharedCell::new(permits),
            waits: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        while self.permits.get() == 0 {
            self.waits[me].set(Some(me));
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        self.permits.set(self.permits.get() - 1);
        self.guard.exit_section(me);
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        self.permits.set(self.permits.get() + 1);
        for process in &self.waits {
            if let Some(process) = process.get() {
                unpark(process);
            }
        }
        self.guard.exit_section(me);
    }
}
