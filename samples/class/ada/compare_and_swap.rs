use harness::prelude::*;

pub struct CompareAndSwap {
    locked: AtomicBool,
    waiting: Vec<AtomicBool>,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = &self.waiting[me.index()];
        mine.store(true, Ordering::SeqCst);
        while mine.load(Ordering::SeqCst) {
            if self.locked.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                break;
            }
            spin_loop();
        }
        mine.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let n = self.waiting.len();
        for step in 1..n {
            let next = (me.index() + step) % n;
            if self.waiting[next].load(Ordering::SeqCst) {
                // Hand the lock over: it stays closed.
                self.waiting[next].store(false, Ordering::SeqCst);
                return;
            }
        }
        self.locked.store(false, Ordering::SeqCst);
    }
}
