//! Variant: Dekker's algorithm, the first that was found (before 1965), with bypass 2.
//!
//! A process that meets the other's flag steps back, unless it is its turn; the turn changes when
//! somebody leaves. So there is a decision, and no politeness without end.

use harness::prelude::*;

/// Who wants in, and who need not step back.
#[derive(Debug)]
pub struct Peterson {
    wants_in: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self {
            wants_in: [AtomicBool::new(false), AtomicBool::new(false)],
            turn: AtomicUsize::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let other = 1 - me;
        self.wants_in[me].store(true, Ordering::SeqCst);
        while self.wants_in[other].load(Ordering::SeqCst) {
            if self.turn.load(Ordering::SeqCst) == other {
                self.wants_in[me].store(false, Ordering::SeqCst);
                while self.turn.load(Ordering::SeqCst) == other {
                    spin_loop();
                }
                self.wants_in[me].store(true, Ordering::SeqCst);
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.turn.store(1 - me.index(), Ordering::SeqCst);
        self.wants_in[me.index()].store(false, Ordering::SeqCst);
    }
}
