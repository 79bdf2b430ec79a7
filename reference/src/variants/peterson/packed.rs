//! Variant: flags and turn are bits of one word; asking is a single read-modify-write.
//!
//! One location has one modification order, so release and acquire suffice.

use harness::prelude::*;

/// Bit 2: P1 goes first if both want in.
const TURN: usize = 0b100;

/// Bits 0 and 1: who wants in; bit 2: who goes first.
#[derive(Debug)]
pub struct Peterson {
    state: AtomicUsize,
}

impl Peterson {
    fn turn_of(process: usize) -> usize {
        process * TURN
    }
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { state: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let (mine, other) = (1 << me.index(), 1 - me.index());
        let asked = self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
            Some((state | mine) & !TURN | Self::turn_of(other))
        });
        debug_assert!(asked.is_ok(), "the closure never refuses");
        loop {
            let state = self.state.load(Ordering::Acquire);
            let other_wants_in = state & (1 << other) != 0;
            if !other_wants_in || state & TURN != Self::turn_of(other) {
                break;
            }
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.state.fetch_and(!(1 << me.index()), Ordering::Release);
    }
}
