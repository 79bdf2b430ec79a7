//! Variant: the lock and the waiting array are bits of one word.
//!
//! One location has one modification order, so release and acquire suffice: a read-modify-write by
//! the leaver sees every bit that was set before it.

use harness::prelude::*;

const LOCKED: usize = 1 << 16;

/// Bit `i`: process `i` waits; bit 16: somebody is inside.
#[derive(Debug)]
pub struct CompareAndSwap {
    state: AtomicUsize,
    processes: usize,
}

impl CompareAndSwap {
    /// The state after `me` has left.
    fn passed_on(&self, state: usize, me: usize) -> usize {
        (1..self.processes)
            .map(|distance| 1 << ((me + distance) % self.processes))
            .find(|bit| state & bit != 0)
            .map_or(state & !LOCKED, |bit| state & !bit)
    }
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self { state: AtomicUsize::new(0), processes }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = 1 << me.index();
        self.state.fetch_or(mine, Ordering::AcqRel);
        loop {
            let state = self.state.load(Ordering::Acquire);
            if state & mine == 0 {
                return; // handed over
            }
            let taken = state & !mine | LOCKED;
            let (acquire_release, relaxed) = (Ordering::AcqRel, Ordering::Relaxed);
            if state & LOCKED == 0
                && self.state.compare_exchange(state, taken, acquire_release, relaxed).is_ok()
            {
                return;
            }
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let passed = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            Some(self.passed_on(state, me.index()))
        });
        debug_assert!(passed.is_ok(), "the closure never refuses");
    }
}
