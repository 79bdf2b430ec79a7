//! Flawed: the processes increment in turn.
//!
//! Bug: whoever has incremented waits until all the others have, too. So no update is lost as long as all come,
//! and nobody goes on as soon as one of them stays away.
//! Convicted of: progress (needs remainder). That updates get lost is not shown.
//! Schedule: P0 increments, and P1 rests; the next increment of P0 does not return.

use harness::prelude::*;

/// A number, and whose turn it is to change it.
#[derive(Debug)]
pub struct RaceCondition {
    processes: usize,
    turn: AtomicUsize,
    value: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(processes: usize) -> Self {
        Self { processes, turn: AtomicUsize::new(0), value: AtomicU64::new(0) }
    }

    fn increment(&self, me: ProcessId) {
        while self.turn.load(Ordering::SeqCst) != me.index() {
            spin_loop();
        }
        let seen = self.value.load(Ordering::SeqCst);
        self.value.store(seen + 1, Ordering::SeqCst);
        self.turn.store((me.index() + 1) % self.processes, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let most = (processes * increments) as u64;
        let least = if processes == 1 { most } else { increments.min(2) as u64 };
        (least..=most).collect()
    }
}
