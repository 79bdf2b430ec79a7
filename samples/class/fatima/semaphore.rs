use harness::prelude::*;

pub struct Semaphore<G = Guard> {
    guard: G,
    permits: SharedCell<usize>,
    queue: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            guard: G::new(processes),
            permits: SharedCell::new(permits),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            waiting: SharedCell::new(0),
        }
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.permits.get() == 0 {
            let place = (self.first.get() + self.waiting.get()) % self.queue.len();
            self.queue[place].set(Some(me));
            self.waiting.set(self.waiting.get() + 1);
            while self.permits.get() == 0 {
                self.guard.exit_section(me);
                park();
                self.guard.entry_section(me);
            }
        }
        self.permits.set(self.permits.get() - 1);
        self.guard.exit_section(me);
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.waiting.get() > 0 {
            // Somebody waits, so the permit is not counted but goes to the first one.
            let first = self.first.get();
            self.first.set((first + 1) % self.queue.len());
            self.waiting.set(self.waiting.get() - 1);
            if let Some(next) = self.queue[first].get() {
                unpark(next);
            }
        } else {
            self.permits.set(self.permits.get() + 1);
        }
        self.guard.exit_section(me);
    }
}
