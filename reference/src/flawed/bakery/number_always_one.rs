//! Flawed: the number is one more than the process's own, not than the highest.
//!
//! Bug: a process's own number is 0 when it asks, so everybody draws 1 and only the index counts.
//! Convicted of: mutual exclusion, open door (a lower index passes one who is inside), and of bounded
//! waiting: a lower index goes first each time that it asks.
//! Schedule: P1 enters; P0 asks and gets in. Starvation: P1 waits while P0 goes round.

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
        let mine = 1 + self.number[me].load(Ordering::SeqCst);
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
