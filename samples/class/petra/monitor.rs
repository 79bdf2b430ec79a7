//! Layer 4: a monitor whose door is the lock below it.

use harness::prelude::*;

pub struct Monitor<G = Guard> {
    door: G,
    /// By process: the condition that it waits for, plus one; 0 if for none.
    waits_for: Vec<SharedCell<usize>>,
    who: Vec<SharedCell<Option<ProcessId>>>,
    /// By process: when it began to wait.
    since: Vec<SharedCell<u64>>,
    clock: SharedCell<u64>,
}

impl<G: CriticalSection> Monitor<G> {
    /// Who has waited for the condition for the longest time.
    fn longest(&self, condition: usize) -> Option<usize> {
        (0..self.who.len())
            .filter(|&i| self.waits_for[i].get() == condition + 1)
            .min_by_key(|&i| self.since[i].get())
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, _conditions: usize) -> Self {
        Self {
            door: G::new(processes),
            waits_for: (0..processes).map(|_| SharedCell::new(0)).collect(),
            who: (0..processes).map(|_| SharedCell::new(None)).collect(),
            since: (0..processes).map(|_| SharedCell::new(0)).collect(),
            clock: SharedCell::new(0),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.door.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.door.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let i = me.index();
        self.who[i].set(Some(me));
        self.since[i].set(self.clock.get());
        self.clock.set(self.clock.get() + 1);
        self.waits_for[i].set(condition + 1);
        while self.waits_for[i].get() != 0 {
            self.door.exit_section(me);
            park();
            self.door.entry_section(me);
        }
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        if let Some(i) = self.longest(condition) {
            self.waits_for[i].set(0);
            unpark(self.who[i].get().unwrap());
        }
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        while self.longest(condition).is_some() {
            self.signal(me, condition);
        }
    }
}
