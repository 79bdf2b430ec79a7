//! Variant: fair, with a waiting array: whoever leaves hands the lock to the next one that waits.
//! Bypass n-1.

use harness::prelude::*;

/// The lock, and for each process whether it waits for it.
#[derive(Debug)]
pub struct TestAndSet {
    locked: AtomicBool,
    waiting: Vec<AtomicBool>,
}

impl CriticalSection for TestAndSet {
    fn new(processes: usize) -> Self {
        Self {
            locked: AtomicBool::new(false),
            waiting: (0..processes).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let waiting = &self.waiting[me.index()];
        waiting.store(true, Ordering::SeqCst);
        let mut locked = true;
        while waiting.load(Ordering::SeqCst) && locked {
            locked = self.locked.swap(true, Ordering::SeqCst);
        }
        waiting.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let processes = self.waiting.len();
        for distance in 1..processes {
            let other = &self.waiting[(me.index() + distance) % processes];
            if other.load(Ordering::SeqCst) {
                other.store(false, Ordering::SeqCst);
                return;
            }
        }
        self.locked.store(false, Ordering::SeqCst);
    }
}
