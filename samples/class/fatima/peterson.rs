use harness::prelude::*;

pub struct Peterson {
    wants: [AtomicBool; 2],
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { wants: [AtomicBool::new(false), AtomicBool::new(false)] }
    }

    fn entry_section(&self, me: ProcessId) {
        self.wants[me.index()].store(true, Ordering::SeqCst);
        while self.wants[1 - me.index()].load(Ordering::SeqCst) {
            spin_loop();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.wants[me.index()].store(false, Ordering::SeqCst);
    }
}
