use harness::prelude::*;

pub struct Mutex<G = Guard> {
    guard: G,
    holder: SharedCell<Option<ProcessId>>,
    waits: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            holder: SharedCell::new(None),
            waits: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.holder.get().is_none() {
            self.holder.set(Some(me));
        } else {
            self.waits[me.index()].set(Some(me));
        }
        while self.holder.get() != Some(me) {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        self.guard.exit_section(me);
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.holder.get() == Some(me) {
            // Round robin, beginning behind me.
            let n = self.waits.len();
            let next = (1..n).find_map(|i| self.waits[(me.index() + i) % n].get());
            self.holder.set(next);
            if let Some(next) = next {
                self.waits[next.index()].set(None);
                unpark(next);
            }
        }
        self.guard.exit_section(me);
    }
}
