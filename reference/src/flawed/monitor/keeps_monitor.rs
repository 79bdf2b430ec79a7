//! Flawed: whoever waits stays inside.
//!
//! Bug: `wait` sleeps without giving up the monitor, so nobody can come in to signal.
//! Convicted of: progress, stuck.
//! Schedule: P1 enters, finds the buffer empty and waits; P0 cannot enter.

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
            park();
        }
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        let waits = &self.waits[condition];
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
