//! Lamport's bakery algorithm for any number of processes.
//!
//! Idea: as in a shop, take a number higher than all that are held, and wait for every customer with
//! a lower one. Two customers can draw the same number, for drawing is not atomic; then the one with
//! the lower index goes first. And while somebody is still drawing, nobody can know which number it
//! will be: so it says that it is `choosing`, and the others wait for it to finish.
//!
//! Measures: all three criteria upheld, bypass n-1: first come, first served.

use harness::prelude::*;

/// For each process, whether it is drawing a number and which one it holds (0: none).
#[derive(Debug)]
pub struct Bakery {
    choosing: Box<[AtomicBool]>,
    number: Box<[AtomicUsize]>,
}

impl Bakery {
    fn draw(&self, me: usize) -> usize {
        // SeqCst: if we do not see another's number, then that process, which looks at `choosing`
        // later in the one order of all SeqCst operations, must see that we are drawing.
        self.choosing[me].store(true, Ordering::SeqCst);
        let highest = self.number.iter().map(|number| number.load(Ordering::SeqCst)).max();
        let mine = 1 + highest.unwrap_or(0);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        mine
    }

    /// Whether process `j` holds a number that comes before `mine`.
    fn goes_first(&self, j: usize, mine: usize, me: usize) -> bool {
        let theirs = self.number[j].load(Ordering::SeqCst);
        theirs != 0 && (theirs, j) < (mine, me)
    }
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
        let mine = self.draw(me);
        for other in (0..self.number.len()).filter(|&other| other != me) {
            while self.choosing[other].load(Ordering::SeqCst) {
                spin_loop();
            }
            while self.goes_first(other, mine, me) {
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::SeqCst);
    }
}
