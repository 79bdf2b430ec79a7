//! Variant: `compare_exchange_weak`, which may fail without a reason, and a fast path without waiting.

use harness::prelude::*;

/// The lock, and for each process whether it waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Box<[AtomicBool]>,
}

impl CompareAndSwap {
    fn try_close(&self) -> bool {
        self.locked.compare_exchange_weak(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        if self.try_close() {
            return;
        }
        let waiting = &self.waiting[me.index()];
        waiting.store(true, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) {
            if self.try_close() {
                waiting.store(false, Ordering::SeqCst);
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let (before, from_me) = self.waiting.split_at(me.index());
        let mut circle = from_me.iter().skip(1).chain(before);
        match circle.find(|other| other.load(Ordering::SeqCst)) {
            Some(other) => other.store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}
