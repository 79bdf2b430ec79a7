//! Flawed: a broadcast is a signal.
//!
//! Bug: of several that wait for the same, one is woken. It shows with three processes only.
//! Convicted of: progress, lost wake-up.
//! Schedule: P0 and P1 wait for the others to come; P2 comes and wakes P0; P1 sleeps for ever.

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

    fn signal(&self, _me: ProcessId, condition: usize) {
        let waits = &self.waits[condition];
        if let Some(next) = (0..waits.len()).find(|&process| waits[process].get()) {
            waits[next].set(false);
            unpark(ProcessId::new(next));
        }
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        self.signal(me, condition);
    }
}
