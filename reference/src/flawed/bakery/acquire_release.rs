//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: stores are `Release` and loads `Acquire`. Nothing keeps a load of the other's variables behind
//! a store to one's own.
//! Convicted of: mutual exclusion, under C++20 only. The x86 does the same to it.
//! Schedule: both draw number 1; each reads the other's old `choosing` and old number.

use harness::prelude::*;

/// For each process, whether it is drawing a number and which one it holds (0: none).
#[derive(Debug)]
pub struct Bakery {
    choosing: Vec<AtomicBool>,
    number: Vec<AtomicUsize>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            choosing: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            number: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.choosing[me].store(true, Ordering::Release);
        let highest = self.number.iter().map(|number| number.load(Ordering::Acquire)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::Release);
        self.choosing[me].store(false, Ordering::Release);
        for j in (0..self.number.len()).filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::Acquire) {
                spin_loop();
            }
            loop {
                let theirs = self.number[j].load(Ordering::Acquire);
                if theirs == 0 || (mine, me) < (theirs, j) {
                    break;
                }
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::Release);
    }
}
