use harness::prelude::*;

pub struct TakingTurns {
    turn: AtomicUsize,
    wants: Vec<AtomicBool>,
}

impl CriticalSection for TakingTurns {
    fn new(processes: usize) -> Self {
        Self { turn: AtomicUsize::new(0), wants: (0..processes).map(|_| AtomicBool::new(false)).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        // Improved: the turn also passes on when its owner does not want it.
        self.wants[me.index()].store(true, Ordering::SeqCst);
        loop {
            let turn = self.turn.load(Ordering::SeqCst);
            if turn == me.index() {
                return;
            }
            if !self.wants[turn].load(Ordering::SeqCst) {
                let next = (turn + 1) % self.wants.len();
                let _ = self.turn.compare_exchange(turn, next, Ordering::SeqCst, Ordering::SeqCst);
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.wants[me.index()].store(false, Ordering::SeqCst);
        self.turn.store((me.index() + 1) % self.wants.len(), Ordering::SeqCst);
    }
}
