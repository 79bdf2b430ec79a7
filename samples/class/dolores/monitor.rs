use harness::prelude::*;

/// Every condition is a semaphore that begins with 0.
pub struct Monitor<G = Guard> {
    guard: G,
    signals: Vec<SharedCell<usize>>,
    waits: Vec<Vec<SharedCell<Option<ProcessId>>>>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let row = || (0..processes).map(|_| SharedCell::new(None)).collect();
        Self {
            guard: G::new(processes),
            signals: (0..conditions).map(|_| SharedCell::new(0)).collect(),
            waits: (0..conditions).map(|_| row()).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let signals = &self.signals[condition];
        self.waits[condition][me.index()].set(Some(me));
        while signals.get() == 0 {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
        signals.set(signals.get() - 1);
        self.waits[condition][me.index()].set(None);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        // Like this no signal gets lost.
        self.signals[condition].set(self.signals[condition].get() + 1);
        for process in &self.waits[condition] {
            if let Some(process) = process.get() {
                unpark(process);
            }
        }
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        for process in &self.waits[condition] {
            if process.get().is_some() {
                self.signal(me, condition);
            }
        }
    }
}
