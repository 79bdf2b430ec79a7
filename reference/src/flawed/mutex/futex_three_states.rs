//! Flawed: the mutex of "Futexes are tricky": free, taken, taken with sleepers.
//!
//! Bug: none in practice; it is fast, and most systems have it. But whoever comes first after the lock was
//! opened takes it, whether it has slept for it or not: the wait has no bound.
//! Convicted of: bounded waiting, starvation.
//! Schedule: P0 enters; P1 sleeps; P0 leaves and wakes P1; before P1 has looked, P0 is inside again.

use harness::prelude::*;

const FREE: u32 = 0;
const TAKEN: u32 = 1;
const CONTENDED: u32 = 2;

/// The lock.
#[derive(Debug)]
pub struct Mutex {
    state: AtomicU32,
    /// For each process, whether it is inside; its own business.
    inside: Vec<AtomicBool>,
}

impl CriticalSection for Mutex {
    fn new(processes: usize) -> Self {
        Self {
            state: AtomicU32::new(FREE),
            inside: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        if self.state.compare_exchange(FREE, TAKEN, acquire, relaxed).is_err() {
            while self.state.swap(CONTENDED, Ordering::Acquire) != FREE {
                futex_wait(&self.state, CONTENDED);
            }
        }
        self.inside[me.index()].store(true, Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        if !self.inside[me.index()].swap(false, Ordering::Relaxed) {
            return;
        }
        if self.state.swap(FREE, Ordering::Release) == CONTENDED {
            futex_wake(&self.state, 1);
        }
    }
}
