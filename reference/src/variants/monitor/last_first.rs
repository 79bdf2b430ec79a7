//! Variant: conditions that are stacks. A signal wakes whoever came last.
//!
//! Who waits for a condition may be woken in any order; only those who enter are promised that others go first
//! boundedly often, and that is the guard's affair. A stack needs no places that go round.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    guard: G,
    conditions: Vec<Stack>,
    /// By process: whether the signal came that it waits for.
    woken: Vec<SharedCell<bool>>,
}

/// Who waits on a condition: the first `height` places.
#[derive(Debug)]
struct Stack {
    places: Vec<SharedCell<Option<ProcessId>>>,
    height: SharedCell<usize>,
}

impl Stack {
    fn new(processes: usize) -> Self {
        let places = (0..processes).map(|_| SharedCell::new(None)).collect();
        Self { places, height: SharedCell::new(0) }
    }

    fn push(&self, me: ProcessId) {
        let height = self.height.get();
        self.places[height].set(Some(me));
        self.height.set(height + 1);
    }

    fn pop(&self) -> Option<ProcessId> {
        let below = self.height.get().checked_sub(1)?;
        self.height.set(below);
        self.places[below].get()
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        Self {
            guard: G::new(processes),
            conditions: (0..conditions).map(|_| Stack::new(processes)).collect(),
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
        self.woken[me.index()].set(false);
        self.conditions[condition].push(me);
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
        if let Some(last) = self.conditions[condition].pop() {
            self.woken[last.index()].set(true);
            unpark(last);
        }
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        while self.conditions[condition].height.get() > 0 {
            self.signal(me, condition);
        }
    }
}
