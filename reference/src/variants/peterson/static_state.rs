//! Variant: flags and turn are `static`s.

use harness::prelude::*;

static FLAG: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
static TURN: AtomicUsize = AtomicUsize::new(0);

/// Nothing: the state is static.
#[derive(Debug)]
pub struct Peterson;

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        FLAG[me.index()].store(true, Ordering::SeqCst);
        TURN.store(other, Ordering::SeqCst);
        while FLAG[other].load(Ordering::SeqCst) && TURN.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        FLAG[me.index()].store(false, Ordering::SeqCst);
    }
}
