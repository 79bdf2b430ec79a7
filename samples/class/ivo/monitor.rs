use std::sync::{Condvar, Mutex};

use harness::prelude::*;

/// Rust has monitors, they are called like this.
pub struct Monitor {
    inside: Mutex<bool>,
    door: Condvar,
    conditions: Vec<Condvar>,
}

impl MesaMonitor for Monitor {
    fn new(_: usize, conditions: usize) -> Self {
        Self {
            inside: Mutex::new(false),
            door: Condvar::new(),
            conditions: (0..conditions).map(|_| Condvar::new()).collect(),
        }
    }

    fn enter(&self, _: ProcessId) {
        let mut inside = self.inside.lock().unwrap();
        while *inside {
            inside = self.door.wait(inside).unwrap();
        }
        *inside = true;
    }

    fn leave(&self, _: ProcessId) {
        *self.inside.lock().unwrap() = false;
        self.door.notify_one();
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let mut inside = self.inside.lock().unwrap();
        *inside = false;
        self.door.notify_one();
        drop(self.conditions[condition].wait(inside).unwrap());
        self.enter(me);
    }

    fn signal(&self, _: ProcessId, condition: usize) {
        self.conditions[condition].notify_one();
    }

    fn broadcast(&self, _: ProcessId, condition: usize) {
        self.conditions[condition].notify_all();
    }
}
