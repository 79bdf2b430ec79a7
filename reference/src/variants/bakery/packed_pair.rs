//! Variant: number and index packed into one integer, so that comparing pairs is comparing integers.

use harness::prelude::*;

/// For each process, whether it is drawing and its ticket: `number * n + index`, or 0 for none.
#[derive(Debug)]
pub struct Bakery {
    choosing: Vec<AtomicBool>,
    ticket: Vec<AtomicUsize>,
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self {
            choosing: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            ticket: (0..processes).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let (me, processes) = (me.index(), self.ticket.len());
        self.choosing[me].store(true, Ordering::SeqCst);
        let mut highest = 0;
        for ticket in &self.ticket {
            highest = highest.max(ticket.load(Ordering::SeqCst) / processes);
        }
        let mine = (highest + 1) * processes + me;
        self.ticket[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for (choosing, ticket) in self.choosing.iter().zip(&self.ticket) {
            while choosing.load(Ordering::SeqCst) {
                yield_now();
            }
            while (1..mine).contains(&ticket.load(Ordering::SeqCst)) {
                yield_now();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.ticket[me.index()].store(0, Ordering::SeqCst);
    }
}
