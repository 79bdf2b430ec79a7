//! Flawed: whoever waits for a condition looks again and again.
//!
//! Bug: instead of sleeping it spins until it is woken. Right in all else.
//! Convicted of: busy waiting.
//! Schedule: P1 finds the buffer empty and waits; P0 rests.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By condition and process: whether it waits there.
    waits: Vec<Vec<SharedCell<bool>>>,
    /// By process: whether the signal came that it waits for.
    woken: Vec<AtomicBool>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let nobody = || (0..processes).map(|_| SharedCell::new(false)).collect();
        Self {
            guard: G::new(processes),
            waits: (0..conditions).map(|_| nobody()).collect(),
            woken: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        self.waits[condition][me.index()].set(true);
        self.woken[me.index()].store(false, Ordering::Relaxed);
        self.guard.exit_section(me);
        while !self.woken[me.index()].load(Ordering::Acquire) {
            spin_loop();
        }
        self.guard.entry_section(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        let waits = &self.waits[condition];
        if let Some(next) = (0..waits.len()).find(|&process| waits[process].get()) {
            waits[next].set(false);
            self.woken[next].store(true, Ordering::Release);
        }
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        for (process, waits) in self.waits[condition].iter().enumerate() {
            if waits.get() {
                waits.set(false);
                self.woken[process].store(true, Ordering::Release);
            }
        }
    }
}
