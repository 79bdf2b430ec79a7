use harness::prelude::*;

pub struct Mutex<G = Guard> {
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    sleepers: Vec<SharedCell<bool>>,
    names: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> Mutex<G> {
    fn try_lock(&self, me: ProcessId) -> bool {
        self.guard.entry_section(me);
        let free = self.owner.get().is_none();
        if free {
            self.owner.set(Some(me));
        }
        let mine = self.owner.get() == Some(me);
        self.guard.exit_section(me);
        mine
    }

    fn go_to_bed(&self, me: ProcessId) {
        self.guard.entry_section(me);
        self.names[me.index()].set(Some(me));
        self.sleepers[me.index()].set(true);
        self.guard.exit_section(me);
        park();
    }
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            sleepers: (0..processes).map(|_| SharedCell::new(false)).collect(),
            names: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        while !self.try_lock(me) {
            self.go_to_bed(me);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() == Some(me) {
            let n = self.sleepers.len();
            let next = (1..n).map(|i| (me.index() + i) % n).find(|&i| self.sleepers[i].get());
            if let Some(next) = next {
                // Handed over, so that it is fair.
                self.sleepers[next].set(false);
                self.owner.set(self.names[next].get());
                unpark(self.names[next].get().unwrap());
            } else {
                self.owner.set(None);
            }
        }
        self.guard.exit_section(me);
    }
}
