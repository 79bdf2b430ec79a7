//! Variant: no queues. For each process one cell, which says for what it waits.
//!
//! A signal looks through the row for somebody who waits on its condition, begins behind whoever was woken
//! last, and wipes the cell: that is what a waiter looks for when it wakes up, for whatever reason.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By process: the number of the condition that it waits for, plus 1; 0 if it waits for none.
    row: Vec<SharedCell<usize>>,
    /// Where the next signal begins to look.
    next: SharedCell<usize>,
}

impl<G: CriticalSection> Monitor<G> {
    /// Wakes somebody who waits on `condition`; whether there was anybody.
    fn wake(&self, condition: usize) -> bool {
        let (processes, first) = (self.row.len(), self.next.get());
        let waiting = (0..processes)
            .map(|step| (first + step) % processes)
            .find(|&process| self.row[process].get() == condition + 1);
        let Some(process) = waiting else { return false };
        self.row[process].set(0);
        self.next.set((process + 1) % processes);
        unpark(ProcessId::new(process));
        true
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, _conditions: usize) -> Self {
        Self {
            guard: G::new(processes),
            row: (0..processes).map(|_| SharedCell::new(0)).collect(),
            next: SharedCell::new(0),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let mine = &self.row[me.index()];
        mine.set(condition + 1);
        while mine.get() != 0 {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        self.wake(condition);
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        while self.wake(condition) {}
    }
}
