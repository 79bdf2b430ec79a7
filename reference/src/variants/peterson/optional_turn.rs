//! Variant: the turn is an `Option<ProcessId>` to the eye, and a number in memory.

use harness::prelude::*;

#[derive(Debug)]
struct Turn(AtomicUsize);

impl Turn {
    fn set(&self, turn: Option<ProcessId>) {
        self.0.store(turn.map_or(0, |process| process.index() + 1), Ordering::SeqCst);
    }

    fn get(&self) -> Option<ProcessId> {
        self.0.load(Ordering::SeqCst).checked_sub(1).map(ProcessId::new)
    }
}

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    flag: [AtomicBool; 2],
    turn: Turn,
}

impl Peterson {
    fn must_wait_for(&self, other: ProcessId) -> bool {
        self.flag[other.index()].load(Ordering::SeqCst) && self.turn.get() == Some(other)
    }
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        let turn = Turn(AtomicUsize::new(0));
        turn.set(None);
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = ProcessId::new(1 - me.index());
        self.flag[me.index()].store(true, Ordering::SeqCst);
        self.turn.set(Some(other));
        while self.must_wait_for(other) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
