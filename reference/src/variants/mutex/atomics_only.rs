//! Variant: no guard at all. Tickets, a list of sleepers by ticket, and the order of four accesses: who
//! waits says so and then looks; who leaves says so and then looks for one that waits. One of the two
//! sees the other, as all four are `SeqCst`.

use harness::prelude::*;

/// Stands for nobody.
const NOBODY: usize = usize::MAX;

/// The lock.
#[derive(Debug)]
pub struct Mutex {
    next: AtomicUsize,
    serving: AtomicUsize,
    /// By ticket, counted round the circle: who sleeps.
    sleepers: Vec<AtomicUsize>,
    /// Who holds the lock.
    owner: AtomicUsize,
}

impl CriticalSection for Mutex {
    fn new(processes: usize) -> Self {
        Self {
            next: AtomicUsize::new(0),
            serving: AtomicUsize::new(0),
            sleepers: (0..processes).map(|_| AtomicUsize::new(NOBODY)).collect(),
            owner: AtomicUsize::new(NOBODY),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        let ticket = self.next.fetch_add(1, Ordering::SeqCst);
        let place = &self.sleepers[ticket % self.sleepers.len()];
        place.store(me.index(), Ordering::SeqCst);
        while self.serving.load(Ordering::SeqCst) != ticket {
            park();
        }
        place.store(NOBODY, Ordering::SeqCst);
        self.owner.store(me.index(), Ordering::SeqCst);
    }

    fn exit_section(&self, me: ProcessId) {
        if self.owner.load(Ordering::SeqCst) != me.index() {
            return;
        }
        self.owner.store(NOBODY, Ordering::SeqCst);
        let serving = self.serving.fetch_add(1, Ordering::SeqCst) + 1;
        let sleeper = self.sleepers[serving % self.sleepers.len()].load(Ordering::SeqCst);
        if sleeper != NOBODY {
            unpark(ProcessId::new(sleeper));
        }
    }
}
