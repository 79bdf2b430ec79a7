//! Flawed: the highest number is sought among all processes but the last.
//!
//! Bug: off by one, `0..n - 1` where `0..n` is meant.
//! Convicted of: mutual exclusion, open door: a number need not be higher than that of the last
//! process, and then the lower index passes it while it is inside. And of bounded waiting: while the
//! last process waits with number 1, the others draw 1 again and again and go first.
//! Schedule: two processes: P1 enters with 1; P0 asks, does not see it, draws 1, and gets in.
//! Starvation: P1 waits with 1; P0 leaves, asks, draws 1, enters, and so on.

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
        let processes = self.number.len();
        self.choosing[me].store(true, Ordering::SeqCst);
        let mut mine = 1;
        for j in 0..processes - 1 {
            mine = mine.max(1 + self.number[j].load(Ordering::SeqCst));
        }
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for j in (0..processes).filter(|&j| j != me) {
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
