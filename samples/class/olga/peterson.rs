use harness::prelude::*;

// One for the whole program: the second lock shares them with the first.
static WANTS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

pub struct Peterson {
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_: usize) -> Self {
        Self { turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        WANTS[me.index()].store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while WANTS[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {}
    }

    fn exit_section(&self, me: ProcessId) {
        WANTS[me.index()].store(false, Ordering::SeqCst);
    }
}
