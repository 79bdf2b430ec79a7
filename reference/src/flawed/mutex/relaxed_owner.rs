//! Flawed: whoever waits looks at an atomic owner without the guard, and the orderings are too weak.
//!
//! Bug: `owner` is written and read `Relaxed`. Who parks and is woken is ordered after the wake-up; but
//! who looks before it parks sees that it owns the lock already, and then nothing makes visible what
//! the last one wrote inside.
//! Convicted of: mutual exclusion, not visible, under C++20 only.
//! Schedule: P0 enters; P1 joins the queue; P0 hands over; P1 reads `owner`, and goes in before it is woken.

use harness::prelude::*;

/// The number that stands for nobody.
const NOBODY: usize = usize::MAX;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// Who holds the lock; written in the guard.
    owner: AtomicUsize,
    /// Who waits: process `queue[(first + i) % n]` for `i` below `waiting`.
    queue: Vec<SharedCell<usize>>,
    first: SharedCell<usize>,
    waiting: SharedCell<usize>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: AtomicUsize::new(NOBODY),
            queue: (0..processes).map(|_| SharedCell::new(NOBODY)).collect(),
            first: SharedCell::new(0),
            waiting: SharedCell::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.load(Ordering::Relaxed) == NOBODY {
            self.owner.store(me.index(), Ordering::Relaxed);
            self.guard.exit_section(me);
            return;
        }
        let (first, waiting) = (self.first.get(), self.waiting.get());
        self.queue[(first + waiting) % self.queue.len()].set(me.index());
        self.waiting.set(waiting + 1);
        self.guard.exit_section(me);
        while self.owner.load(Ordering::Relaxed) != me.index() {
            park();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.load(Ordering::Relaxed) != me.index() {
            self.guard.exit_section(me);
            return;
        }
        let (first, waiting) = (self.first.get(), self.waiting.get());
        let next = if waiting == 0 { NOBODY } else { self.queue[first].get() };
        if next != NOBODY {
            self.first.set((first + 1) % self.queue.len());
            self.waiting.set(waiting - 1);
        }
        self.owner.store(next, Ordering::Relaxed);
        self.guard.exit_section(me);
        if next != NOBODY {
            unpark(ProcessId::new(next));
        }
    }
}
