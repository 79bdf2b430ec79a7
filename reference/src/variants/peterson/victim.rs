//! Variant: names the victim, the one that waits, instead of the one whose turn it is; and a loop
//! with a `break`.

use harness::prelude::*;

const NOBODY: u16 = u16::MAX;

/// Who is interested, and who waits if both are.
#[derive(Debug)]
pub struct Peterson {
    interested: Vec<AtomicBool>,
    victim: AtomicU16,
}

impl CriticalSection for Peterson {
    fn new(processes: usize) -> Self {
        Self {
            interested: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            victim: AtomicU16::new(NOBODY),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let mine = me.index() as u16;
        self.interested[me.index()].store(true, Ordering::SeqCst);
        self.victim.store(mine, Ordering::SeqCst);
        loop {
            if !self.interested[1 - me.index()].load(Ordering::SeqCst) {
                break;
            }
            if self.victim.load(Ordering::SeqCst) != mine {
                break;
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.interested[me.index()].store(false, Ordering::SeqCst);
    }
}
