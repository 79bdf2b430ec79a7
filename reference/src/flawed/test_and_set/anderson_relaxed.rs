//! Flawed: an array lock that is right under sequential consistency, too weak under C++20.
//!
//! Bug: tickets are drawn with a `Relaxed` `fetch_add`. The slots are used again after one round, and
//! a process that draws the first ticket of the second round need not know that its slot was closed
//! in the first. With two processes it always knows; with three it may read the slot's first value.
//! Convicted of: mutual exclusion, with three processes or more, under C++20 only. (Then the slots
//! are in disorder, and what becomes of progress is anybody's guess.)
//! Schedule: P0 draws 0 and enters; P1 draws 1; P0 leaves and draws 2; P1 enters; P2 draws 3, reads
//! slot 0 as it was at first (stale), and enters.

use harness::prelude::*;

/// Slot `ticket % n` opens for the process that drew `ticket`.
#[derive(Debug)]
pub struct TestAndSet {
    next: AtomicUsize,
    open: Vec<AtomicBool>,
    ticket: Vec<AtomicUsize>,
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
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
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
