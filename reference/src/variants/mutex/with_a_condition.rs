//! Variant: as with a monitor: tickets in the guard, and a condition on which all sleep who wait for their
//! turn.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex {
    guard: Guard,
    turn: Condition,
    next: SharedCell<usize>,
    serving: SharedCell<usize>,
    owner: SharedCell<Option<ProcessId>>,
}

impl CriticalSection for Mutex {
    fn new(_processes: usize) -> Self {
        Self {
            guard: Guard::new(),
            turn: Condition::new(),
            next: SharedCell::new(0),
            serving: SharedCell::new(0),
            owner: SharedCell::new(None),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.enter();
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        while self.serving.get() != ticket {
            self.turn.wait(&self.guard);
        }
        self.owner.set(Some(me));
        self.guard.leave();
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.enter();
        if self.owner.get() == Some(me) {
            self.owner.set(None);
            self.serving.set(self.serving.get() + 1);
            self.turn.broadcast();
        }
        self.guard.leave();
    }
}
