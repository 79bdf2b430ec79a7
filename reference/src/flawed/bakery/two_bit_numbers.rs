//! Flawed: the numbers have two bits.
//!
//! Bug: as long as customers overlap, the numbers grow; after 3 comes 0, which means "no number".
//! Convicted of: mutual exclusion. It needs at least two entries by each process. And of bounded
//! waiting: a process with number 0 can starve one that always meets it choosing.
//! Schedule: P0 has 1, P1 draws 2, P0 leaves and draws 3, P1 leaves and draws 4, which is 0: it does
//! not wait for anybody, and nobody waits for it.

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
        self.choosing[me].store(true, Ordering::SeqCst);
        let highest = self.number.iter().map(|number| number.load(Ordering::SeqCst)).max();
        let mine = (1 + highest.unwrap_or(0)) & 0b11;
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
