//! Flawed: the highest number is sought in a shared variable.
//!
//! Bug: scratch space that belongs into a local variable. With two processes only one can spoil it
//! while the other one is inside, and that goes well; a third one can reset it in the middle.
//! Convicted of: mutual exclusion, with three processes or more.
//! Schedule: P1 enters with 1; P0 asks and notes 1; P2 asks and resets the note to 0; P0 takes 1,
//! goes first by its index, and gets in.

use harness::prelude::*;

/// For each process, whether it is drawing a number and which one it holds (0: none); and a note
/// that should not be here.
#[derive(Debug)]
pub struct Bakery {
    choosing: Vec<AtomicBool>,
    number: Vec<AtomicUsize>,
    highest: AtomicUsize,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            choosing: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            number: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
            highest: AtomicUsize::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.choosing[me].store(true, Ordering::SeqCst);
        self.highest.store(0, Ordering::SeqCst);
        for number in &self.number {
            self.highest.fetch_max(number.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        let mine = 1 + self.highest.load(Ordering::SeqCst);
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
