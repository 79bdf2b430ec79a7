//! Variant: small integers instead of booleans, one array, `yield_now` in the loop.

use harness::prelude::*;

const TURN: usize = 2;

/// Two flags and, behind them, the turn.
#[derive(Debug)]
pub struct Peterson {
    shared: [AtomicU8; 3],
}

impl Peterson {
    fn get(&self, variable: usize) -> usize {
        usize::from(self.shared[variable].load(Ordering::SeqCst))
    }

    fn set(&self, variable: usize, value: usize) {
        self.shared[variable].store(value as u8, Ordering::SeqCst);
    }
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { shared: [AtomicU8::new(0), AtomicU8::new(0), AtomicU8::new(0)] }
    }

    fn entry_section(&self, me: ProcessId) {
        let (me, other) = (me.index(), 1 - me.index());
        self.set(me, 1);
        self.set(TURN, other);
        while self.get(other) == 1 && self.get(TURN) == other {
            yield_now();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.set(me.index(), 0);
    }
}
