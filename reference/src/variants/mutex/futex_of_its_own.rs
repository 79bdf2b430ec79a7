//! Variant: each waiting process sleeps on a word of its own; whoever leaves looks round the circle.

use harness::prelude::*;

/// The lock.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    owner: SharedCell<Option<ProcessId>>,
    /// For each process: 1 while it waits.
    waits: Vec<AtomicU32>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            owner: SharedCell::new(None),
            waits: (0..processes).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = &self.waits[me.index()];
        self.guard.entry_section(me);
        if self.owner.get().is_none() {
            self.owner.set(Some(me));
        } else {
            mine.store(1, Ordering::Relaxed);
        }
        self.guard.exit_section(me);
        while mine.load(Ordering::Acquire) == 1 {
            futex_wait(mine, 1);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get() != Some(me) {
            self.guard.exit_section(me);
            return;
        }
        let processes = self.waits.len();
        let mut others = (1..processes).map(|i| (me.index() + i) % processes);
        let next = others.find(|&other| self.waits[other].load(Ordering::Relaxed) == 1);
        self.owner.set(next.map(ProcessId::new));
        if let Some(next) = next {
            self.waits[next].store(0, Ordering::Release);
        }
        self.guard.exit_section(me);
        if let Some(next) = next {
            futex_wake(&self.waits[next], 1);
        }
    }
}
