//! Variant: fair, Anderson's array lock (1990): everybody waits at a slot of its own. Bypass n-1.
//!
//! The slots are used again after one round, so drawing a ticket must also tell that its slot was
//! closed in the round before: `AcqRel` (see the flawed `anderson_relaxed`).

use harness::prelude::*;

/// Slot `ticket % n` opens for the process that drew `ticket`.
#[derive(Debug)]
pub struct TestAndSet {
    next: AtomicUsize,
    open: Box<[AtomicBool]>,
    ticket: Box<[AtomicUsize]>,
}

impl CriticalSection for TestAndSet {
    fn new(processes: usize) -> Self {
        Self {
            next: AtomicUsize::new(0),
            open: (0..processes).map(|slot| AtomicBool::new(slot == 0)).collect(),
            ticket: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::AcqRel);
        let open = &self.open[ticket % self.open.len()];
        while !open.load(Ordering::Acquire) {
            spin_loop();
        }
        open.store(false, Ordering::Relaxed);
        self.ticket[me.index()].store(ticket, Ordering::Relaxed);
    }

    fn exit_section(&self, me: ProcessId) {
        let ticket = self.ticket[me.index()].load(Ordering::Relaxed);
        self.open[(ticket + 1) % self.open.len()].store(true, Ordering::Release);
    }
}
