//! Flawed: `if` where `while` belongs, after `park`.
//!
//! Bug: whoever wakes up by itself returns from `wait`, which it may, but its place in the queue stays. When it
//! waits again it stands there twice, and a later signal goes to the one that does not wait any more.
//! Convicted of: progress, lost wake-up.
//! Schedule: P0 waits for room, wakes up by itself, sees that there is none, and waits again. P1 takes the item
//! and signals, P0 fills the buffer; P2 waits for room. P1 takes the item and signals again: P0 once
//! more, which has finished.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    conditions: Vec<Queue>,
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
            // Each may stand there twice.
            places: (0..2 * processes).map(|_| SharedCell::new(None)).collect(),
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
        self.guard.exit_section(me);
        park();
        self.guard.entry_section(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        if let Some(next) = self.conditions[condition].take() {
            unpark(next);
        }
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        while let Some(next) = self.conditions[condition].take() {
            unpark(next);
        }
    }
}
