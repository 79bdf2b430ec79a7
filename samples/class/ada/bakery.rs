use harness::prelude::*;

pub struct Bakery {
    choosing: Vec<AtomicBool>,
    number: Vec<AtomicU32>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            choosing: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            number: (0..processes).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.choosing[me.index()].store(true, Ordering::SeqCst);
        let mine = 1 + self.number.iter().map(|number| number.load(Ordering::SeqCst)).max().unwrap_or(0);
        self.number[me.index()].store(mine, Ordering::SeqCst);
        self.choosing[me.index()].store(false, Ordering::SeqCst);
        for other in 0..self.number.len() {
            while self.choosing[other].load(Ordering::SeqCst) {
                spin_loop();
            }
            loop {
                let number = self.number[other].load(Ordering::SeqCst);
                if number == 0 || !((number, other) < (mine, me.index())) {
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
