//! Layer 3, on layer 2.

use harness::prelude::*;

pub struct Semaphore<G = Guard> {
    mutex: G,
    free: SharedCell<usize>,
    /// Who waits for a permit. Whoever is not in line any more has got one.
    line: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> Semaphore<G> {
    fn locked<T>(&self, me: ProcessId, work: impl FnOnce() -> T) -> T {
        self.mutex.entry_section(me);
        let result = work();
        self.mutex.exit_section(me);
        result
    }
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, permits: usize) -> Self {
        Self {
            mutex: G::new(processes),
            free: SharedCell::new(permits),
            line: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn wait(&self, me: ProcessId) {
        let got_one = self.locked(me, || {
            let free = self.free.get();
            if free > 0 {
                self.free.set(free - 1);
            } else {
                let end = self.line.iter().find(|place| place.get().is_none()).unwrap();
                end.set(Some(me));
            }
            free > 0
        });
        if !got_one {
            while self.locked(me, || self.line.iter().any(|place| place.get() == Some(me))) {
                park();
            }
        }
    }

    fn signal(&self, me: ProcessId) {
        let next = self.locked(me, || {
            let next = self.line[0].get();
            if next.is_none() {
                self.free.set(self.free.get() + 1);
            }
            for place in 1..self.line.len() {
                self.line[place - 1].set(self.line[place].get());
            }
            self.line[self.line.len() - 1].set(None);
            next
        });
        if let Some(next) = next {
            unpark(next);
        }
    }
}
