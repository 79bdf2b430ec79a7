//! Flawed: all conditions are one.
//!
//! Bug: a signal wakes whoever waits, for whatever. Whoever is woken looks again and waits again; the one
//! for whom the signal was meant sleeps on.
//! Convicted of: mutual exclusion, nobody signalled; and of progress, lost or early wake-up.
//! Schedule: P1 waits on c0, P0 signals c1, and P1 returns. Or: P0 and P2 wait for room, P1 takes the item,
//! signals P2, and waits for an item; P2 fills the buffer and signals, but wakes P0, which waits again.

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

    fn wait(&self, me: ProcessId, _condition: usize) {
        let waits = &self.waits[0][me.index()];
        waits.set(true);
        while waits.get() {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
        }
    }

    fn signal(&self, me: ProcessId, _condition: usize) {
        let waits = &self.waits[0];
        let mut others = (1..waits.len()).map(|i| (me.index() + i) % waits.len());
        if let Some(next) = others.find(|&other| waits[other].get()) {
            waits[next].set(false);
            unpark(ProcessId::new(next));
        }
    }

    fn broadcast(&self, _me: ProcessId, _condition: usize) {
        for (process, waits) in self.waits[0].iter().enumerate() {
            if waits.get() {
                waits.set(false);
                unpark(ProcessId::new(process));
            }
        }
    }
}
