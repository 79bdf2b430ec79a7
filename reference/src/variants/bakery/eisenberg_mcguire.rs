//! Variant: Eisenberg and `McGuire`, CACM 1972. Three states for each process, and a turn that is
//! handed to the next one in the circle who wants it.

use harness::prelude::*;

const IDLE: u8 = 0;
const WANTING: u8 = 1;
const ACTIVE: u8 = 2;

/// What each process is up to, and whose turn it is.
#[derive(Debug)]
pub struct Bakery {
    states: Vec<AtomicU8>,
    turn: AtomicUsize,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        let states = (0..processes).map(|_| AtomicU8::new(IDLE)).collect();
        Self { states, turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let (me, processes) = (me.index(), self.states.len());
        loop {
            self.states[me].store(WANTING, Ordering::SeqCst);
            let mut other = self.turn.load(Ordering::SeqCst);
            while other != me {
                if self.states[other].load(Ordering::SeqCst) == IDLE {
                    other = (other + 1) % processes;
                } else {
                    other = self.turn.load(Ordering::SeqCst);
                }
            }
            self.states[me].store(ACTIVE, Ordering::SeqCst);
            let alone = (0..processes)
                .all(|other| other == me || self.states[other].load(Ordering::SeqCst) != ACTIVE);
            if alone {
                let turn = self.turn.load(Ordering::SeqCst);
                if turn == me || self.states[turn].load(Ordering::SeqCst) == IDLE {
                    break;
                }
            }
        }
        self.turn.store(me, Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        let (me, processes) = (me.index(), self.states.len());
        // At the latest one comes round to oneself.
        let mut next = (self.turn.load(Ordering::SeqCst) + 1) % processes;
        while self.states[next].load(Ordering::SeqCst) == IDLE {
            next = (next + 1) % processes;
        }
        self.turn.store(next, Ordering::SeqCst);
        self.states[me].store(IDLE, Ordering::SeqCst);
    }
}
