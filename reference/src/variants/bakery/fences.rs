//! Variant: relaxed accesses and `SeqCst` fences.
//!
//! The first fence keeps the looks at the numbers behind the raised `choosing`, the second one the
//! looks at the others behind one's own number. `choosing` is lowered with release, so that whoever
//! sees it lowered sees the number.

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
        fence(Ordering::SeqCst);
        let highest = self.number.iter().map(|number| number.load(Ordering::Relaxed)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::Relaxed);
        self.choosing[me].store(false, Ordering::Release);
        fence(Ordering::SeqCst);
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
