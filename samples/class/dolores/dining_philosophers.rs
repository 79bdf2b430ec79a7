use harness::prelude::*;

pub struct DiningPhilosophers {
    forks: Vec<Permits>,
}

impl Table for DiningPhilosophers {
    fn new(philosophers: usize) -> Self {
        Self { forks: (0..philosophers).map(|_| Permits::new(1)).collect() }
    }

    fn pick_up(&self, me: ProcessId) {
        self.forks[me.index()].wait(); // left
        self.forks[(me.index() + 1) % self.forks.len()].wait(); // right
    }

    fn put_down(&self, me: ProcessId) {
        self.forks[me.index()].signal();
        self.forks[(me.index() + 1) % self.forks.len()].signal();
    }
}
