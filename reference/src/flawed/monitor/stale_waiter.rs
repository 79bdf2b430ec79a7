//! Flawed: one `park` for each `wait`, and a mark that only the signal takes away.
//!
//! Bug: whoever wakes up by itself returns from `wait`, which it may, but stays marked. If it sees that it need
//! not wait any more, a later signal goes to it, and to nobody who waits.
//! Convicted of: progress, lost wake-up.
//! Schedule: P1 and P2 wait. P1 wakes up by itself after P0 has made true what both wait for, and leaves.
//! P0 sees that one still waits, and signals once: P1.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By condition and process: whether it waits.
    waits: Vec<Vec<SharedCell<bool>>>,
}

impl<G: CriticalSection> Monitor<G> {
    fn wake(&self, condition: usize, most: usize) {
        let waits = &self.waits[condition];
        let waiting = ProcessId::all(waits.len()).filter(|process| waits[process.index()].get());
        for process in waiting.take(most) {
            waits[process.index()].set(false);
            unpark(process);
        }
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let row = || (0..processes).map(|_| SharedCell::new(false)).collect();
        Self { guard: G::new(processes), waits: (0..conditions).map(|_| row()).collect() }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        self.waits[condition][me.index()].set(true);
        self.guard.exit_section(me);
        park();
        self.guard.entry_section(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        self.wake(condition, 1);
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        self.wake(condition, usize::MAX);
    }
}
