use harness::prelude::*;

pub struct DiningPhilosophers {
    /// One chair too few: somebody at the table has a neighbour who does not sit there.
    chairs: Permits,
    forks: Vec<Permits>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self {
            chairs: Permits::new(philosophers - 1),
            forks: (0..philosophers).map(|_| Permits::new(1)).collect(),
        }
    }

    fn pick_up(&self, me: ProcessId) {
        let left = me.index();
        let right = (left + 1) % self.forks.len();
        self.chairs.wait();
        self.forks[left].wait();
        self.forks[right].wait();
    }

    fn put_down(&self, me: ProcessId) {
        let left = me.index();
        let right = (left + 1) % self.forks.len();
        self.forks[right].signal();
        self.forks[left].signal();
        self.chairs.signal();
    }
}
