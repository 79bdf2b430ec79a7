//! Flawed: a signal for which nobody waits is kept for the next one that does.
//!
//! Bug: a condition is taken for a semaphore. The next `wait` returns at once, for a signal from before it
//! was called.
//! Convicted of: mutual exclusion, nobody signalled.
//! Schedule: P0 fills the buffer and signals; P1 finds it full, takes the item without a wait, comes
//! again, finds the buffer empty and waits: the old signal lets it return.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By condition and process: whether it waits there.
    waits: Vec<Vec<SharedCell<bool>>>,
    /// By condition: the signals for which nobody waited.
    kept: Vec<SharedCell<usize>>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let nobody = || (0..processes).map(|_| SharedCell::new(false)).collect();
        Self {
            guard: G::new(processes),
            waits: (0..conditions).map(|_| nobody()).collect(),
            kept: (0..conditions).map(|_| SharedCell::new(0)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let kept = &self.kept[condition];
        if kept.get() > 0 {
            kept.set(kept.get() - 1);
            return;
        }
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
        } else {
            self.kept[condition].set(self.kept[condition].get() + 1);
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
