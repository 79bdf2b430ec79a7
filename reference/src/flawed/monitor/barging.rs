//! Flawed: the door of the monitor is a futex that anybody may take.
//!
//! Bug: whoever leaves opens the door and wakes one of those who wait; before that one has looked, the one
//! that left may be inside again. Common in practice, as it is fast; but the wait has no bound.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 enters; P1 sleeps at the door; P0 leaves, wakes P1, and enters again before P1 has looked; P1
//! sleeps again; and so on.

use harness::prelude::*;

const OPEN: u32 = 0;
const SHUT: u32 = 1;
/// Shut, and somebody may wait.
const AWAITED: u32 = 2;

/// The monitor.
#[derive(Debug)]
pub struct Monitor {
    door: AtomicU32,
    /// By condition: the number of its signals.
    signals: Vec<AtomicU32>,
}

impl MesaMonitor for Monitor {
    fn new(_processes: usize, conditions: usize) -> Self {
        let signals = (0..conditions).map(|_| AtomicU32::new(0)).collect();
        Self { door: AtomicU32::new(OPEN), signals }
    }

    fn enter(&self, _me: ProcessId) {
        let door = &self.door;
        if door.compare_exchange(OPEN, SHUT, Ordering::Acquire, Ordering::Relaxed).is_ok() {
            return;
        }
        while door.swap(AWAITED, Ordering::Acquire) != OPEN {
            futex_wait(door, AWAITED);
        }
    }

    fn leave(&self, _me: ProcessId) {
        if self.door.swap(OPEN, Ordering::Release) == AWAITED {
            futex_wake(&self.door, 1);
        }
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let signals = &self.signals[condition];
        let seen = signals.load(Ordering::Relaxed);
        self.leave(me);
        futex_wait(signals, seen);
        self.enter(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        self.signals[condition].fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.signals[condition], 1);
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        self.signals[condition].fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.signals[condition], usize::MAX);
    }
}
