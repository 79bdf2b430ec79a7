//! Variant: the lock and the waiting array are `static`s; tries a few times, then looks again whether
//! it was handed the lock.

use harness::prelude::*;

const PROCESSES_MAX: usize = 8;
const TRIES: usize = 3;

static LOCKED: AtomicBool = AtomicBool::new(false);
static WAITING: [AtomicBool; PROCESSES_MAX] = [const { AtomicBool::new(false) }; PROCESSES_MAX];

/// How many take part; the rest is static.
#[derive(Debug)]
pub struct CompareAndSwap {
    processes: usize,
}

fn try_a_few_times() -> bool {
    (0..TRIES)
        .any(|_| LOCKED.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok())
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self { processes }
    }

    fn entry_section(&self, me: ProcessId) {
        let waiting = &WAITING[me.index()];
        waiting.store(true, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) && !try_a_few_times() {}
        waiting.store(false, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        for distance in 1..self.processes {
            let other = &WAITING[(me.index() + distance) % self.processes];
            if other.swap(false, Ordering::SeqCst) {
                return;
            }
        }
        LOCKED.store(false, Ordering::SeqCst);
    }
}
