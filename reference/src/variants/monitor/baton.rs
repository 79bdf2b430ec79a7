//! Variant: the monitor is handed over like a baton, and is never free while somebody waits at its door.
//!
//! A signal wakes nobody: it moves the first that waits on the condition to the end of the queue at the
//! door, where it is woken once it owns the monitor. The guard is held for a few steps only.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    /// Held for a few steps only.
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    /// The first column: who waits at the door. The others: who waits on the conditions.
    queues: Vec<Queue>,
}

/// Process `places[(first + i) % n]` for `i` below `waiting`.
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

    fn push(&self, process: ProcessId) {
        let waiting = self.waiting.get();
        self.places[(self.first.get() + waiting) % self.places.len()].set(Some(process));
        self.waiting.set(waiting + 1);
    }

    fn pop(&self) -> Option<ProcessId> {
        let waiting = self.waiting.get().checked_sub(1)?;
        let first = self.first.get();
        self.first.set((first + 1) % self.places.len());
        self.waiting.set(waiting);
        self.places[first].get()
    }
}

impl<G: CriticalSection> Monitor<G> {
    const DOOR: usize = 0;

    /// With the guard held: joins a queue, gives up the guard, and sleeps until it owns the monitor.
    fn sleep_in(&self, me: ProcessId, queue: usize) {
        self.queues[queue].push(me);
        loop {
            self.guard.exit_section(me);
            park();
            self.guard.entry_section(me);
            if self.owner.get() == Some(me) {
                break;
            }
        }
        self.guard.exit_section(me);
    }

    /// With the guard held: hands the monitor over to the first at the door.
    fn hand_over(&self) {
        let next = self.queues[Self::DOOR].pop();
        self.owner.set(next);
        if let Some(next) = next {
            unpark(next);
        }
    }
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(processes: usize, conditions: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            queues: (0..=conditions).map(|_| Queue::new(processes)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_some() {
            self.sleep_in(me, Self::DOOR);
        } else {
            self.owner.set(Some(me));
            self.guard.exit_section(me);
        }
    }

    fn leave(&self, me: ProcessId) {
        self.guard.entry_section(me);
        self.hand_over();
        self.guard.exit_section(me);
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        self.guard.entry_section(me);
        self.hand_over();
        self.sleep_in(me, 1 + condition);
    }

    fn signal(&self, me: ProcessId, condition: usize) {
        self.guard.entry_section(me);
        if let Some(next) = self.queues[1 + condition].pop() {
            self.queues[Self::DOOR].push(next);
        }
        self.guard.exit_section(me);
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        self.guard.entry_section(me);
        while let Some(next) = self.queues[1 + condition].pop() {
            self.queues[Self::DOOR].push(next);
        }
        self.guard.exit_section(me);
    }
}
