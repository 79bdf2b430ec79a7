//! Layer 2, on layer 1: whoever finds the lock taken stands in line and sleeps.

use harness::prelude::*;

pub struct Mutex<G = Guard> {
    spin: G,
    /// The first one in line has the lock.
    line: Vec<SharedCell<Option<ProcessId>>>,
}

impl<G: CriticalSection> Mutex<G> {
    /// Whether it is `me` who is first.
    fn first(&self, me: ProcessId) -> bool {
        self.spin.entry_section(me);
        let first = self.line[0].get();
        self.spin.exit_section(me);
        first == Some(me)
    }
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            spin: G::new(processes),
            line: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.spin.entry_section(me);
        let end = self.line.iter().position(|place| place.get().is_none()).unwrap();
        self.line[end].set(Some(me));
        self.spin.exit_section(me);
        if end > 0 {
            while !self.first(me) {
                park();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.spin.entry_section(me);
        if self.line[0].get() != Some(me) {
            self.spin.exit_section(me);
            return;
        }
        // All move up.
        for place in 1..self.line.len() {
            self.line[place - 1].set(self.line[place].get());
        }
        self.line[self.line.len() - 1].set(None);
        let next = self.line[0].get();
        self.spin.exit_section(me);
        if let Some(next) = next {
            unpark(next);
        }
    }
}
