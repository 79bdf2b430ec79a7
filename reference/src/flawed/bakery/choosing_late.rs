//! Flawed: says that it is choosing only after it has looked at the numbers.
//!
//! Bug: `choosing` is raised one line too late, so it covers only the store of the number.
//! Convicted of: mutual exclusion, overlap.
//! Schedule: P0 reads only zeros; P1 draws 1 and enters; P0 takes 1 too, goes first by its index,
//! and enters.

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
        let highest = self.number.iter().map(|number| number.load(Ordering::SeqCst)).max();
        self.choosing[me].store(true, Ordering::SeqCst);
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for j in (0..self.number.len()).filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::SeqCst) {
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
