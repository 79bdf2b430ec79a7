//! Variant: no queues. For each condition and process a flag that is up while the process waits there,
//! and searched from the one after the signalling process on.
//!
//! The door is what was handed in for the mutex assignment, or anything else that excludes: `G`. Whoever wakes
//! up by itself lowers its flag and returns.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
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
        self.guard.exit_section(me);
        park();
        self.guard.entry_section(me);
        waits.set(false);
    }

    fn signal(&self, me: ProcessId, condition: usize) {
        let waits = &self.waits[condition];
        let others = (1..waits.len()).map(|i| (me.index() + i) % waits.len());
        let mut waiting = others.filter(|&other| waits[other].get());
        if let Some(next) = waiting.next() {
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
