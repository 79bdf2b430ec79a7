//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: the numbers are `SeqCst`, but `choosing` is only released and acquired, as if it were a lesser
//! variable. It is the one that says "I may be about to hold a number that you cannot see yet".
//! Convicted of: mutual exclusion, under C++20 only.
//! Schedule: P0 begins to draw and reads P1's 0; P1 draws 1, reads P0's old `choosing` (stale) and
//! old number, and enters; P0 takes 1 too, goes first by its index, and enters.

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
        let highest = self.number.iter().map(|number| number.load(Ordering::SeqCst)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::Release);
        for j in (0..self.number.len()).filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::Acquire) {
                spin_loop();
            }
            loop {
                let theirs = self.number[j].load(Ordering::SeqCst);
                if theirs == 0 || (mine, me) < (theirs, j) {
                    break;
                }
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::SeqCst);
    }
}
