//! Flawed: looks whether the neighbours eat, and then says that it eats.
//!
//! Bug: between the two the neighbour may do the same.
//! Convicted of: mutual exclusion, overlap; and bounded waiting, as nobody remembers who came first.
//! Schedule: P0 and P1 look; both eat.

use harness::prelude::*;

/// The table.
#[derive(Debug)]
pub struct DiningPhilosophers {
    eats: Vec<AtomicU32>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self { eats: (0..philosophers).map(|_| AtomicU32::new(0)).collect() }
    }

    fn pick_up(&self, me: ProcessId) {
        let n = self.eats.len();
        let (left, right) =
            (&self.eats[(me.index() + n - 1) % n], &self.eats[(me.index() + 1) % n]);
        while left.load(Ordering::SeqCst) + right.load(Ordering::SeqCst) > 0 {
            futex_wait(left, 1);
            futex_wait(right, 1);
        }
        self.eats[me.index()].store(1, Ordering::SeqCst);
    }

    fn put_down(&self, me: ProcessId) {
        self.eats[me.index()].store(0, Ordering::SeqCst);
        futex_wake(&self.eats[me.index()], usize::MAX);
    }
}
