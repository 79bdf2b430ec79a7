//! Variant: close to Hoare's monitors. Whoever was signalled goes before those who wait at the door: when
//! the one inside leaves, it hands the monitor over to the one that it signalled.
//!
//! It does not do so at once, as Hoare has it: whoever signals stays inside. If a signal is the last
//! thing that is done inside, there is no difference, and what was signalled is still so.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    /// Held for a few steps only.
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    /// Who waits at the door, who was signalled, and who waits on the conditions.
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
    const SIGNALLED: usize = 1;
    const CONDITIONS: usize = 2;

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

    /// With the guard held: hands the monitor over to the first that was signalled, or at the door.
    fn hand_over(&self) {
        let signalled = self.queues[Self::SIGNALLED].pop();
        let next = signalled.or_else(|| self.queues[Self::DOOR].pop());
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
            queues: (0..Self::CONDITIONS + conditions).map(|_| Queue::new(processes)).collect(),
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
        self.sleep_in(me, Self::CONDITIONS + condition);
    }

    fn signal(&self, me: ProcessId, condition: usize) {
        self.guard.entry_section(me);
        if let Some(next) = self.queues[Self::CONDITIONS + condition].pop() {
            self.queues[Self::SIGNALLED].push(next);
        }
        self.guard.exit_section(me);
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        self.guard.entry_section(me);
        while let Some(next) = self.queues[Self::CONDITIONS + condition].pop() {
            self.queues[Self::SIGNALLED].push(next);
        }
        self.guard.exit_section(me);
    }
}
