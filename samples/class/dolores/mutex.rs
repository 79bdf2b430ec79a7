use harness::prelude::*;

pub struct Mutex<G = Guard> {
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    queue: Vec<SharedCell<Option<ProcessId>>>,
    head: SharedCell<usize>,
    count: SharedCell<usize>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            queue: (0..processes).map(|_| SharedCell::new(None)).collect(),
            head: SharedCell::new(0),
            count: SharedCell::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_some() {
            let tail = (self.head.get() + self.count.get()) % self.queue.len();
            self.queue[tail].set(Some(me));
            self.count.set(self.count.get() + 1);
            self.guard.exit_section(me);
            park(); // exit_section gives me the lock and wakes me
        } else {
            self.owner.set(Some(me));
            self.guard.exit_section(me);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() == Some(me) {
            if self.count.get() > 0 {
                let head = self.head.get();
                let next = self.queue[head].get().unwrap();
                self.head.set((head + 1) % self.queue.len());
                self.count.set(self.count.get() - 1);
                self.owner.set(Some(next));
                unpark(next);
            } else {
                self.owner.set(None);
            }
        }
        self.guard.exit_section(me);
    }
}
