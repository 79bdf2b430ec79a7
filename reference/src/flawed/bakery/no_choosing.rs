//! Flawed: nobody says that it is choosing.
//!
//! Bug: between looking at the numbers and taking one, a process is invisible; another one can draw
//! the same number, find nobody before it, and enter.
//! Convicted of: mutual exclusion, overlap.
//! Schedule: P0 reads only zeros; P1 draws 1 and enters; P0 takes 1 too, goes first by its index,
//! and enters.

use harness::prelude::*;

/// For each process, which number it holds (0: none).
#[derive(Debug)]
pub struct Bakery {
    number: Vec<AtomicUsize>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self { number: (0..processes).map(|_| AtomicUsize::new(0)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let highest = self.number.iter().map(|number| number.load(Ordering::SeqCst)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::SeqCst);
        for j in (0..self.number.len()).filter(|&j| j != me) {
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
