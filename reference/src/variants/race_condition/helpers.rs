//! With the steps in functions of their own, a number that counts downwards, and the final values by trying all
//! orders of steps, each process at its load or at its store with what it has loaded.

use harness::prelude::*;

use std::collections::BTreeSet;

/// How much is left of the largest number.
#[derive(Debug)]
pub struct RaceCondition {
    left: AtomicU64,
}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        Self { left: AtomicU64::new(u64::MAX) }
    }

    fn increment(&self, _me: ProcessId) {
        let seen = self.value();
        self.put(seen + 1);
    }

    fn value(&self) -> u64 {
        u64::MAX - self.left.load(Ordering::SeqCst)
    }

    fn final_values(processes: usize, increments: usize) -> Vec<u64> {
        let mut found = BTreeSet::new();
        let start =
            State { value: 0, left: vec![increments; processes], seen: vec![None; processes] };
        start.walk(&mut BTreeSet::new(), &mut found);
        found.into_iter().rev().collect()
    }
}

impl RaceCondition {
    fn put(&self, value: u64) {
        self.left.store(u64::MAX - value, Ordering::SeqCst);
    }
}

/// The counter between two steps.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    value: u64,
    left: Vec<usize>,
    seen: Vec<Option<u64>>,
}

impl State {
    fn walk(self, known: &mut BTreeSet<Self>, found: &mut BTreeSet<u64>) {
        if !known.insert(self.clone()) {
            return;
        }
        if self.left.iter().all(|&left| left == 0) {
            found.insert(self.value);
        }
        for process in 0..self.left.len() {
            let mut next = self.clone();
            match next.seen[process].take() {
                Some(seen) => {
                    next.value = seen + 1;
                    next.left[process] -= 1;
                }
                None if next.left[process] > 0 => next.seen[process] = Some(next.value),
                None => continue,
            }
            next.walk(known, found);
        }
    }
}
