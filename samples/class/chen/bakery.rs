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
        self.choosing[me.index()].store(true, Ordering::Relaxed);
        let mine = 1 + self.number.iter().map(|number| number.load(Ordering::Relaxed)).max().unwrap_or(0);
        self.number[me.index()].store(mine, Ordering::Relaxed);
        self.choosing[me.index()].store(false, Ordering::Relaxed);
        for other in 0..self.number.len() {
            while self.choosing[other].load(Ordering::Relaxed) {
                spin_loop();
            }
            loop {
                let number = self.number[other].load(Ordering::Relaxed);
                if number == 0 || !((number, other) < (mine, me.index())) {
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
