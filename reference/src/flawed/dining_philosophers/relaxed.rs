//! Flawed: forks with numbers, and nothing that orders what is done with them.
//!
//! Bug: whoever has the fork next need not see what was done with it before.
//! Convicted of: mutual exclusion under C++20 only, not visible. Sequentially all holds.
//! Schedule: P0 eats and puts its forks down; P1 takes them.

use harness::prelude::*;

/// One fork: who comes draws a number.
#[derive(Debug, Default)]
struct Fork {
    next: AtomicU32,
    /// The number that has the fork; also the futex.
    now: AtomicU32,
}

impl Fork {
    fn take(&self) {
        let mine = self.next.fetch_add(1, Ordering::Relaxed);
        loop {
            let now = self.now.load(Ordering::Relaxed);
            if now == mine {
                return;
            }
            futex_wait(&self.now, now);
        }
    }

    fn put(&self) {
        self.now.fetch_add(1, Ordering::Relaxed);
        futex_wake(&self.now, usize::MAX);
    }
}

/// The forks.
#[derive(Debug)]
pub struct DiningPhilosophers {
    forks: Vec<Fork>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self { forks: (0..philosophers).map(|_| Fork::default()).collect() }
    }

    fn pick_up(&self, me: ProcessId) {
        let (left, right) = (me.index(), (me.index() + 1) % self.forks.len());
        self.forks[left.min(right)].take();
        self.forks[left.max(right)].take();
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].put();
        self.forks[(me.index() + 1) % self.forks.len()].put();
    }
}
