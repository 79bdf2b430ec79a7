//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: all orderings are `Relaxed`. Two customers can each miss that the other one is there.
//! Convicted of: mutual exclusion, under C++20 only.
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
        self.choosing[me].store(true, Ordering::Relaxed);
        let highest = self.number.iter().map(|number| number.load(Ordering::Relaxed)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::Relaxed);
        self.choosing[me].store(false, Ordering::Relaxed);
        for j in (0..self.number.len()).filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::Relaxed) {
                spin_loop();
            }
            loop {
                let theirs = self.number[j].load(Ordering::Relaxed);
                if theirs == 0 || (mine, me) < (theirs, j) {
                    break;
                }
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::Relaxed);
    }
}
