//! All orders of loads and stores.

use std::collections::BTreeSet;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Load,
    Store(u64),
}

/// What is in memory, and for each process: what it does next and how many increments it still has to finish.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Situation {
    memory: u64,
    processes: Vec<(Next, usize)>,
}

impl Situation {
    pub fn at_first(processes: usize, increments: usize) -> Self {
        Self { memory: 0, processes: vec![(Next::Load, increments); processes] }
    }

    pub fn outcomes(self) -> BTreeSet<u64> {
        let mut known = BTreeSet::from([self.clone()]);
        let mut open = vec![self];
        let mut outcomes = BTreeSet::new();
        while let Some(situation) = open.pop() {
            if situation.processes.iter().all(|&(_, left)| left == 0) {
                outcomes.insert(situation.memory);
            }
            for who in 0..situation.processes.len() {
                if let Some(after) = situation.step(who)
                    && known.insert(after.clone())
                {
                    open.push(after);
                }
            }
        }
        outcomes
    }

    fn step(&self, who: usize) -> Option<Self> {
        let mut after = self.clone();
        let (next, left) = &mut after.processes[who];
        if *left == 0 {
            return None;
        }
        *next = match next {
            Next::Load => Next::Store(after.memory + 1),
            Next::Store(sum) => {
                after.memory = *sum;
                *left -= 1;
                Next::Load
            }
        };
        Some(after)
    }
}
