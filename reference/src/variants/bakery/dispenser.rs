//! Variant: the numbers come from a dispenser, `fetch_add`, so that no two are equal. Between drawing
//! a number and showing it a process is still choosing.

use harness::prelude::*;

/// The next number, and for each process whether it is drawing and which number it holds (0: none).
#[derive(Debug)]
pub struct Bakery {
    next: AtomicUsize,
    choosing: Vec<AtomicBool>,
    number: Vec<AtomicUsize>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            next: AtomicUsize::new(1),
            choosing: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            number: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.choosing[me].store(true, Ordering::SeqCst);
        let mine = self.next.fetch_add(1, Ordering::SeqCst);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for j in 0..self.number.len() {
            while self.choosing[j].load(Ordering::SeqCst) {
                spin_loop();
            }
            while (1..mine).contains(&self.number[j].load(Ordering::SeqCst)) {
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.number[me.index()].store(0, Ordering::SeqCst);
    }
}
