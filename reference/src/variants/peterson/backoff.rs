//! Variant: pauses longer each time; the flags are raised and lowered by `fetch_or` and `fetch_and`.

use harness::prelude::*;

const PAUSES_MAX: u32 = 16;

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicU64,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicU64::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        self.flag[me.index()].fetch_or(true, Ordering::SeqCst);
        self.turn.store(other as u64, Ordering::SeqCst);
        let mut pauses = 1;
        while self.flag[other].load(Ordering::SeqCst)
            && self.turn.load(Ordering::SeqCst) == other as u64
        {
            for _ in 0..pauses {
                spin_loop();
            }
            pauses = (2 * pauses).min(PAUSES_MAX);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].fetch_and(false, Ordering::SeqCst);
    }
}
