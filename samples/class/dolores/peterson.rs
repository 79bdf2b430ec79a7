use harness::prelude::*;

pub struct Peterson {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { wants: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        self.turn.store(other, Ordering::SeqCst);
        self.wants[me.index()].store(true, Ordering::SeqCst);
        while self.wants[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.wants[me.index()].store(false, Ordering::SeqCst);
    }
}
