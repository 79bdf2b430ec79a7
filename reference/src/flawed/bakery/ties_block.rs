//! Flawed: two customers with the same number wait for each other.
//!
//! Bug: numbers are compared with "not higher than mine", but not the processes that hold them.
//! Convicted of: progress, stuck. Mutual exclusion and bounded waiting hold.
//! Schedule: both read the other's 0, both draw 1, both wait.

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
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for j in (0..self.number.len()).filter(|&j| j != me) {
            while self.choosing[j].load(Ordering::SeqCst) {
                spin_loop();
            }
            while (1..=mine).contains(&self.number[j].load(Ordering::SeqCst)) {
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::SeqCst);
    }
}
