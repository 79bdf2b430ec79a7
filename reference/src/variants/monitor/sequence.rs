//! Variant: a futex for each condition, which counts its signals. As in many a library.
//!
//! Whoever waits notes the count while it is inside, and sleeps unless it has changed since. There is no
//! queue. Whoever wakes up by itself returns; nobody has to know.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    /// By condition: the number of its signals.
    signals: Vec<AtomicU32>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let signals = (0..conditions).map(|_| AtomicU32::new(0)).collect();
        Self { guard: G::new(processes), signals }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let signals = &self.signals[condition];
        let seen = signals.load(Ordering::Relaxed);
        self.guard.exit_section(me);
        futex_wait(signals, seen);
        self.guard.entry_section(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        self.signals[condition].fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.signals[condition], 1);
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        self.signals[condition].fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.signals[condition], usize::MAX);
    }
}
