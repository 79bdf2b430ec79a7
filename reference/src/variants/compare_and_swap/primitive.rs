//! Variant: the primitive of the course by its name: it returns the value that was there before.

use harness::prelude::*;

/// The lock (0 open, 1 closed), and for each process whether it waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    lock: AtomicUsize,
    waiting: Vec<AtomicBool>,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            lock: AtomicUsize::new(0),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let i = me.index();
        self.waiting[i].store(true, Ordering::SeqCst);
        let mut key = 1;
        while self.waiting[i].load(Ordering::SeqCst) && key == 1 {
            key = compare_and_swap(&self.lock, 0, 1);
        }
        self.waiting[i].store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let (i, n) = (me.index(), self.waiting.len());
        let mut j = (i + 1) % n;
        while j != i && !self.waiting[j].load(Ordering::SeqCst) {
            j = (j + 1) % n;
        }
        if j == i {
            self.lock.store(0, Ordering::SeqCst);
        } else {
            self.waiting[j].store(false, Ordering::SeqCst);
        }
    }
}
