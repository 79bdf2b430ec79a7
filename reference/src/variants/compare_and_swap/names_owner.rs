//! Variant: the lock names its owner, so handing it over is writing another name.

use harness::prelude::*;

const NOBODY: usize = usize::MAX;

/// Who is inside or may go in, and for each process whether it waits.
#[derive(Debug)]
pub struct CompareAndSwap {
    owner: AtomicUsize,
    waiting: Vec<AtomicBool>,
}

impl CompareAndSwap {
    fn is_mine(&self, me: usize) -> bool {
        match self.owner.compare_exchange(NOBODY, me, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => true,
            Err(owner) => owner == me,
        }
    }
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            owner: AtomicUsize::new(NOBODY),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.waiting[me.index()].store(true, Ordering::SeqCst);
        while !self.is_mine(me.index()) {
            spin_loop();
        }
        self.waiting[me.index()].store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        let next = (1..processes)
            .map(|distance| (me.index() + distance) % processes)
            .find(|&other| self.waiting[other].load(Ordering::SeqCst))
            .unwrap_or(NOBODY);
        self.owner.store(next, Ordering::SeqCst);
    }
}
