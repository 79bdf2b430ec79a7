//! Variant: atomics and `park` alone, no guard. A ticket lock whose waiting processes sleep, and for each
//! condition a word with a bit for each process.
//!
//! The holder of ticket `t` leaves by calling ticket `t + 1`. Whoever drew that one has written its name into
//! the place of the ticket, or is about to look at the number that is called.

use harness::prelude::*;

/// No process has this number.
const NOBODY: usize = usize::MAX;

/// The monitor.
#[derive(Debug)]
pub struct Monitor {
    next_ticket: AtomicUsize,
    called: AtomicUsize,
    /// By ticket, modulo the number of processes: who holds it.
    names: Vec<AtomicUsize>,
    /// By condition: who waits there.
    waits: Vec<AtomicU32>,
}

impl Monitor {
    fn wake(&self, condition: usize, who: u32) {
        self.waits[condition].fetch_and(!who, Ordering::Release);
        for process in 0..self.names.len() {
            if who & 1 << process != 0 {
                unpark(ProcessId::new(process));
            }
        }
    }
}

impl MesaMonitor for Monitor {
    fn new(processes: usize, conditions: usize) -> Self {
        Self {
            next_ticket: AtomicUsize::new(0),
            called: AtomicUsize::new(0),
            names: (0..processes).map(|_| AtomicUsize::new(NOBODY)).collect(),
            waits: (0..conditions).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn enter(&self, me: ProcessId) {
        let ticket = self.next_ticket.fetch_add(1, Ordering::Relaxed);
        self.names[ticket % self.names.len()].store(me.index(), Ordering::SeqCst);
        while self.called.load(Ordering::SeqCst) != ticket {
            park();
        }
    }

    fn leave(&self, _me: ProcessId) {
        let next = self.called.load(Ordering::Relaxed) + 1;
        self.called.store(next, Ordering::SeqCst);
        let name = self.names[next % self.names.len()].load(Ordering::SeqCst);
        if name != NOBODY {
            // An old name: somebody wakes up for nothing, and looks again.
            unpark(ProcessId::new(name));
        }
    }

    fn wait(&self, me: ProcessId, condition: usize) {
        let bit = 1 << me.index();
        self.waits[condition].fetch_or(bit, Ordering::Relaxed);
        self.leave(me);
        while self.waits[condition].load(Ordering::Acquire) & bit != 0 {
            park();
        }
        self.enter(me);
    }

    fn signal(&self, _me: ProcessId, condition: usize) {
        let waits = self.waits[condition].load(Ordering::Relaxed);
        self.wake(condition, waits & waits.wrapping_neg());
    }

    fn broadcast(&self, _me: ProcessId, condition: usize) {
        self.wake(condition, self.waits[condition].load(Ordering::Relaxed));
    }
}
