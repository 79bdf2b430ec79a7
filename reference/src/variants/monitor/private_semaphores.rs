//! Variant: each process has a semaphore of its own, on which it sleeps.
//!
//! A signal gives its permit to one process and not to a condition, so that nobody who comes later can take
//! it. The door is a semaphore, too.

use harness::prelude::*;

/// The monitor.
#[derive(Debug)]
pub struct Monitor {
    door: Permits,
    private: Vec<Permits>,
    /// By condition and process: the order of those who wait there, from 1 on; 0 for the others.
    arrivals: Vec<Vec<SharedCell<u64>>>,
    next_arrival: SharedCell<u64>,
}

impl MesaMonitor for Monitor {
    fn new(processes: usize, conditions: usize) -> Self {
        let nobody = || (0..processes).map(|_| SharedCell::new(0)).collect();
        Self {
            door: Permits::new(1),
            private: (0..processes).map(|_| Permits::new(0)).collect(),
            arrivals: (0..conditions).map(|_| nobody()).collect(),
            next_arrival: SharedCell::new(1),
        }
    }

    fn enter(&self, _me: ProcessId) {
        self.door.wait();
    }

    fn leave(&self, _me: ProcessId) {
        self.door.signal();
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let arrival = self.next_arrival.get();
        self.next_arrival.set(arrival + 1);
        self.arrivals[condition][me.index()].set(arrival);
        self.door.signal();
        self.private[me.index()].wait();
        self.door.wait();
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        let arrivals = &self.arrivals[condition];
        let waiting = (0..arrivals.len()).filter(|&process| arrivals[process].get() > 0);
        if let Some(first) = waiting.min_by_key(|&process| arrivals[process].get()) {
            arrivals[first].set(0);
            self.private[first].signal();
        }
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        for (arrival, private) in self.arrivals[condition].iter().zip(&self.private) {
            if arrival.get() > 0 {
                arrival.set(0);
                private.signal();
            }
        }
    }
}
