//! Variant: tickets, as at a counter, for each condition.
//!
//! Whoever waits draws a number and sleeps until it is called; a signal calls the next number, if it was
//! drawn. All that sleep are woken and look whether it is their turn.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    counters: Vec<Counter>,
}

#[derive(Debug)]
struct Counter {
    /// The next number that is drawn.
    drawn: SharedCell<u32>,
    /// All numbers below it were called.
    called: AtomicU32,
}

impl<G: CriticalSection> Monitor<G> {
    fn call(&self, condition: usize, all: bool) {
        let Counter { drawn, called } = &self.counters[condition];
        let (drawn, so_far) = (drawn.get(), called.load(Ordering::Relaxed));
        if so_far != drawn {
            called.store(if all { drawn } else { so_far + 1 }, Ordering::Release);
            futex_wake(called, usize::MAX);
        }
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        let counter = || Counter { drawn: SharedCell::new(0), called: AtomicU32::new(0) };
        Self { guard: G::new(processes), counters: (0..conditions).map(|_| counter()).collect() }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let Counter { drawn, called } = &self.counters[condition];
        let number = drawn.get();
        drawn.set(number + 1);
        self.guard.exit_section(me);
        loop {
            let so_far = called.load(Ordering::Acquire);
            if so_far > number {
                break;
            }
            futex_wait(called, so_far);
        }
        self.guard.entry_section(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        self.call(condition, false);
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        self.call(condition, true);
    }
}
