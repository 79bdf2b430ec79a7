use harness::prelude::*;

const NOBODY: usize = usize::MAX;

/// The owner's number is the lock, and the next owner is named on the way out.
pub struct CompareAndSwap {
    owner: AtomicUsize,
    waiting: Box<[AtomicBool]>,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            owner: AtomicUsize::new(NOBODY),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.waiting[me].store(true, Ordering::SeqCst);
        while self.owner.compare_exchange(NOBODY, me, Ordering::SeqCst, Ordering::SeqCst) != Ok(NOBODY)
            && self.owner.load(Ordering::SeqCst) != me
        {}
        self.waiting[me].store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let n = self.waiting.len();
        let next = (1..n)
            .map(|step| (me.index() + step) % n)
            .find(|&other| self.waiting[other].load(Ordering::SeqCst));
        self.owner.store(next.unwrap_or(NOBODY), Ordering::SeqCst);
    }
}
