use harness::prelude::*;

/// Each condition is a number that changes with every signal; whoever waits sleeps until it is another
/// one than at the time when it gave up the guard.
pub struct Monitor<G = Guard> {
    guard: G,
    signals: Vec<AtomicU32>,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        Self {
            guard: G::new(processes),
            signals: (0..conditions).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let signals = &self.signals[condition];
        let before = signals.load(Ordering::Relaxed);
        self.guard.exit_section(me);
        futex_wait(signals, before);
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
