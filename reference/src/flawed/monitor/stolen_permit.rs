//! Flawed: a semaphore for each condition, and a count of those who wait.
//!
//! Bug: the permit that a signal gives is meant for one that waits already. One that comes later may take
//! it: it returns for a signal from before, and the other one sleeps on. Birrell tells the story of this
//! attempt in "Implementing condition variables with semaphores" (2003).
//! Convicted of: mutual exclusion, nobody signalled; and of progress, stuck.
//! Schedule: P1 waits for P0 and has left the monitor, but does not sleep yet; P0 comes and broadcasts; in the
//! next round P0 waits for P1, and takes the permit that was meant for P1.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor {
    door: Permits,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    waiting: SharedCell<usize>,
    permits: Permits,
}

impl MesaMonitor for Monitor {
    fn new(_processes: usize, conditions: usize) -> Self {
        let condition = || Condition { waiting: SharedCell::new(0), permits: Permits::new(0) };
        Self { door: Permits::new(1), conditions: (0..conditions).map(|_| condition()).collect() }
    }

    fn enter(&self, _me: ProcessId) {
        self.door.wait();
    }

    fn leave(&self, _me: ProcessId) {
        self.door.signal();
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let Condition { waiting, permits } = &self.conditions[condition];
        waiting.set(waiting.get() + 1);
        self.leave(me);
        permits.wait();
        self.enter(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        let Condition { waiting, permits } = &self.conditions[condition];
        if waiting.get() > 0 {
            waiting.set(waiting.get() - 1);
            permits.signal();
        }
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        while self.conditions[condition].waiting.get() > 0 {
            self.signal(me, condition);
        }
    }
}
