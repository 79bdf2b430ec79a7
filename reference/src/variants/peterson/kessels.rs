//! Variant: Kessels' algorithm (1982): every variable has one writer only.
//!
//! The turn is split into two bits, one for each process. P0 writes its bit so that they are equal,
//! P1 so that they differ: "equal" means that P0 came last and waits, "different" that P1 does.

use harness::prelude::*;

/// Who wants in, and the two halves of the turn.
#[derive(Debug)]
pub struct Peterson {
    wants_in: [AtomicBool; 2],
    half: [AtomicBool; 2],
}

impl Peterson {
    /// Whether the halves, as they are now, say that `me` came last.
    fn came_last(&self, me: usize, mine: bool) -> bool {
        let equal = mine == self.half[1 - me].load(Ordering::SeqCst);
        equal == (me == 0)
    }
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self {
            wants_in: [AtomicBool::new(false), AtomicBool::new(false)],
            half: [AtomicBool::new(false), AtomicBool::new(false)],
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.wants_in[me].store(true, Ordering::SeqCst);
        let mine = self.half[1 - me].load(Ordering::SeqCst) ^ (me == 1);
        self.half[me].store(mine, Ordering::SeqCst);
        while self.wants_in[1 - me].load(Ordering::SeqCst) && self.came_last(me, mine) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.wants_in[me.index()].store(false, Ordering::SeqCst);
    }
}
