//! Variant: "choosing" is a value of the number itself, so each process has one variable only.

use harness::prelude::*;

const NONE: u64 = 0;
const CHOOSING: u64 = u64::MAX;

/// For each process its number, or that it has none, or that it is choosing.
#[derive(Debug)]
pub struct Bakery {
    number: Box<[AtomicU64]>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self { number: (0..processes).map(|_| AtomicU64::new(NONE)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.number[me].store(CHOOSING, Ordering::SeqCst);
        let highest = self
            .number
            .iter()
            .map(|number| number.load(Ordering::SeqCst))
            .filter(|&number| number != CHOOSING)
            .fold(NONE, u64::max);
        let mine = highest + 1;
        self.number[me].store(mine, Ordering::SeqCst);
        for (j, number) in self.number.iter().enumerate() {
            if j == me {
                continue;
            }
            loop {
                match number.load(Ordering::SeqCst) {
                    CHOOSING => spin_loop(),
                    theirs if theirs != NONE && (theirs, j) < (mine, me) => spin_loop(),
                    _ => break,
                }
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(NONE, Ordering::SeqCst);
    }
}
