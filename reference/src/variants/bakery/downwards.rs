//! Variant: looks at the others from the last to the first, waits by recursion of bounded depth, and
//! keeps everything in fixed arrays.

use harness::prelude::*;

const PROCESSES_MAX: usize = 8;

/// For each process, whether it is drawing a number and which one it holds (0: none).
#[derive(Debug)]
pub struct Bakery {
    choosing: [AtomicU8; PROCESSES_MAX],
    number: [AtomicU16; PROCESSES_MAX],
    processes: usize,
}

impl Bakery {
    fn highest_below(&self, end: usize) -> u16 {
        match end.checked_sub(1) {
            Some(last) => self.number[last].load(Ordering::SeqCst).max(self.highest_below(last)),
            None => 0,
        }
    }

    fn is_before(&self, j: usize, mine: u16, me: usize) -> bool {
        let theirs = self.number[j].load(Ordering::SeqCst);
        theirs != 0 && (theirs < mine || theirs == mine && j < me)
    }
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            choosing: [const { AtomicU8::new(0) }; PROCESSES_MAX],
            number: [const { AtomicU16::new(0) }; PROCESSES_MAX],
            processes,
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.choosing[me].store(1, Ordering::SeqCst);
        let mine = 1 + self.highest_below(self.processes);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(0, Ordering::SeqCst);
        for j in (0..self.processes).rev().filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::SeqCst) != 0 {}
            while self.is_before(j, mine, me) {}
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::SeqCst);
    }
}
