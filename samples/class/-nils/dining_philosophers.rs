use harness::prelude::*;

/// Takes both forks at once; of two hungry neighbours the one eats first that was hungry first.
pub struct DiningPhilosophers {
    table: Guard,
    changed: Condition,
    /// By philosopher: the number that it drew when it got hungry; 0 if it is not.
    hungry: Vec<SharedCell<u32>>,
    eats: Vec<SharedCell<bool>>,
    drawn: SharedCell<u32>,
}

impl DiningPhilosophers {
    fn must_wait_for(&self, me: usize, other: usize) -> bool {
        let theirs = self.hungry[other].get();
        self.eats[other].get() || (theirs != 0 && theirs < self.hungry[me].get())
    }
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            table: Guard::new(),
            changed: Condition::new(),
            hungry: (0..philosophers).map(|_| SharedCell::new(0)).collect(),
            eats: (0..philosophers).map(|_| SharedCell::new(false)).collect(),
            drawn: SharedCell::new(0),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        let (me, n) = (me.index(), self.eats.len());
        let neighbours = [(me + 1) % n, (me + n - 1) % n];
        self.table.enter();
        self.drawn.set(self.drawn.get() + 1);
        self.hungry[me].set(self.drawn.get());
        while neighbours.iter().any(|&other| self.must_wait_for(me, other)) {
            self.changed.wait(&self.table);
        }
        self.hungry[me].set(0);
        self.eats[me].set(true);
        self.table.leave();
    }

    fn put_down(&self, me: ProcessId) {
        self.table.enter();
        self.eats[me.index()].set(false);
        self.changed.broadcast();
        self.table.leave();
    }
}
