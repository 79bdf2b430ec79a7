//! Flawed: `signal` looks in the wrong place.
//!
//! Bug: it takes the number of the process for that of the condition.
//! Convicted of: progress, lost wake-up.
//! Schedule: P1 waits on c1 for an item; P0 fills the buffer and signals c1, but looks at who waits on
//! c0.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By condition and process: whether it waits there.
    waits: Vec<Vec<SharedCell<bool>>>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let nobody = || (0..processes).map(|_| SharedCell::new(false)).collect();
        Self { guard: G::new(processes), waits: (0..conditions).map(|_| nobody()).collect() }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let waits = &self.waits[condition][me.index()];
        waits.set(true);
        while waits.get() {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
    }

    fn signal(&self, me: ProcessId, _condition: usize) {
        let waits = &self.waits[me.index() % self.waits.len()];
        if let Some(next) = (0..waits.len()).find(|&process| waits[process].get()) {
            waits[next].set(false);
            unpark(ProcessId::new(next));
        }
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        for (process, waits) in self.waits[condition].iter().enumerate() {
            if waits.get() {
                waits.set(false);
                unpark(ProcessId::new(process));
            }
        }
    }
}
