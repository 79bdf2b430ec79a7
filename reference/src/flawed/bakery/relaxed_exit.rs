//! Flawed: right under sequential consistency, too weak under C++20.
//!
//! Bug: the number is given back with a `Relaxed` store, which does not hand over what was written
//! inside. Never are two inside at once.
//! Convicted of: mutual exclusion, not visible; under C++20 only.
//! Schedule: P0 enters, writes, leaves; P1 reads its number 0, enters, and reads the old data.

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
        self.number[me.index()].store(0, Ordering::Relaxed);
    }
}
