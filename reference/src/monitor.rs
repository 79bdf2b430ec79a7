//! A monitor over a guard: whoever is inside holds the guard, and each condition has a queue.
//!
//! A process that waits joins the queue before it gives up the guard, so that nobody can signal in between
//! and miss it. Whoever signals takes the first one off the queue and says so in `woken`: a wake-up that
//! comes by itself, or a token that is left over, changes nothing.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    conditions: Vec<Queue>,
    /// By process: whether the signal came that it waits for.
    woken: Vec<SharedCell<bool>>,
}

/// Who waits on a condition: process `places[(first + i) % n]` for `i` below `waiting`.
#[derive(Debug)]
struct Queue {
    places: Vec<SharedCell<Option<ProcessId>>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
}

impl Queue {
    fn new(processes: usize) -> Self {
        Self {
            places: (0..processes).map(|_| SharedCell::new(None)).collect(),
            first: SharedCell::new(0),
            waiting: SharedCell::new(0),
        }
    }

    fn join(&self, me: ProcessId) {
        let waiting = self.waiting.get();
        self.places[(self.first.get() + waiting) % self.places.len()].set(Some(me));
        self.waiting.set(waiting + 1);
    }

    fn take(&self) -> Option<ProcessId> {
        let waiting = self.waiting.get();
        if waiting == 0 {
            return None;
        }
        let first = self.first.get();
        self.first.set((first + 1) % self.places.len());
        self.waiting.set(waiting - 1);
        self.places[first].get()
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        Self {
            guard: G::new(processes),
            conditions: (0..conditions).map(|_| Queue::new(processes)).collect(),
            woken: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
    }

    fn leave(&self, me: ProcessId) {
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        self.conditions[condition].join(me);
        self.woken[me.index()].set(false);
        loop {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
            if self.woken[me.index()].get() {
                return;
            }
        }
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        if let Some(next) = self.conditions[condition].take() {
            self.woken[next.index()].set(true);
            unpark(next);
        }
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        while let Some(next) = self.conditions[condition].take() {
            self.woken[next.index()].set(true);
            unpark(next);
        }
    }
}
