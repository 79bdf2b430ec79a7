//! The executions with few surprises: all that need no more than a given number of context switches,
//! stale reads, early stores and spurious failures together, each counted as one.
//!
//! Trying the bounds 0, 1, 2, … finds a shortest counterexample: one with the fewest surprises that
//! there is. (Bounding context switches is the idea of Musuvathi and Qadeer, "Iterative context
//! bounding", PLDI'07; here surprises of the memory are counted alike, and every switch counts, not
//! only preemptions, since a reader must follow each.)

use crate::choice::{Choice, Strategy};
use crate::process::ProcessId;

/// A decision on the path of the depth-first search.
#[derive(Clone, Copy, Debug)]
struct Decision {
    /// How many answers there were.
    arity: usize,
    /// Which one was taken: a rank, 0 for the cheapest.
    taken: usize,
    free: Free,
    /// The cost of the path before this decision.
    spent: u32,
}

/// Which answers cost nothing; the others cost one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Free {
    All,
    First,
    None,
}

impl Decision {
    fn cost(self, rank: usize) -> u32 {
        match self.free {
            Free::All => 0,
            Free::First => u32::from(rank != 0),
            Free::None => 1,
        }
    }
}

/// Depth-first search over all executions within a budget of surprises.
#[derive(Clone, Debug)]
pub struct Frugal {
    budget: u32,
    path: Vec<Decision>,
    depth: usize,
    spent: u32,
    started: bool,
    executions_left: u64,
}

impl Frugal {
    /// All executions with at most `surprises_max` surprises, but no more than `executions_max`.
    pub const fn new(surprises_max: u32, executions_max: u64) -> Self {
        Self {
            budget: surprises_max,
            path: Vec::new(),
            depth: 0,
            spent: 0,
            started: false,
            executions_left: executions_max,
        }
    }

    /// How many executions are left of the budget.
    pub const fn executions_left(&self) -> u64 {
        self.executions_left
    }

    /// The rank of the answer to give, if the budget allows one.
    fn decide(&mut self, arity: usize, free: Free) -> Option<usize> {
        if self.depth == self.path.len() {
            self.path.push(Decision { arity, taken: 0, free, spent: self.spent });
        }
        let decision = self.path[self.depth];
        if decision.arity != arity {
            // A process that was parked on probation, and has since been found to go on, changes what
            // there is to choose: this branch is given up.
            return None;
        }
        self.depth += 1;
        self.spent = decision.spent + decision.cost(decision.taken);
        (self.spent <= self.budget).then_some(decision.taken)
    }
}

impl Strategy for Frugal {
    fn begin(&mut self) -> bool {
        if self.executions_left == 0 {
            return false;
        }
        self.executions_left -= 1;
        self.depth = 0;
        self.spent = 0;
        if !std::mem::replace(&mut self.started, true) {
            return true;
        }
        while let Some(last) = self.path.last_mut() {
            if last.taken + 1 < last.arity && last.spent + last.cost(last.taken + 1) <= self.budget
            {
                last.taken += 1;
                return true;
            }
            self.path.pop();
        }
        false
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Process(turn) = choice else {
            return self.decide(choice.arity(), Free::First);
        };
        let previous = turn.previous.filter(|&previous| turn.runnable.contains(previous));
        let free = match turn.previous {
            // To begin with somebody is no switch.
            None => Free::All,
            Some(_) if previous.is_some() => Free::First,
            Some(_) => Free::None,
        };
        let rank = self.decide(turn.runnable.len(), free)?;
        let process = match previous {
            Some(previous) if rank == 0 => previous,
            Some(previous) => {
                let before = turn.runnable.iter().take_while(|&other| other < previous).count();
                turn.runnable.nth(if rank <= before { rank - 1 } else { rank })
            }
            None => turn.runnable.nth(rank),
        };
        Some(ProcessId::index(process))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Pending, Turn};
    use crate::process::ProcessSet;

    /// All schedules of two processes with two steps each, within the budget.
    fn schedules(budget: u32) -> Vec<Vec<usize>> {
        let mut frugal = Frugal::new(budget, 1000);
        let mut all = Vec::new();
        while frugal.begin() {
            let mut turn = Turn { pending: [Pending::Silent; 8], ..Turn::default() };
            let (mut left, mut order) = ([2, 2], Vec::new());
            let complete = loop {
                turn.runnable = ProcessId::all(2)
                    .filter(|process| left[process.index()] > 0)
                    .collect::<ProcessSet>();
                if turn.runnable.is_empty() {
                    break true;
                }
                let next = if turn.runnable.len() > 1 {
                    let Some(next) = frugal.choose(&Choice::Process(&turn)) else { break false };
                    next
                } else {
                    turn.runnable.nth(0).index()
                };
                left[next] -= 1;
                order.push(next);
                turn.previous = Some(ProcessId::new(next));
            };
            if complete {
                all.push(order);
            }
        }
        all
    }

    #[test]
    fn a_larger_budget_adds_the_schedules_with_more_switches() {
        assert_eq!(schedules(0), [[0, 0, 1, 1], [1, 1, 0, 0]]);
        let mut one = schedules(1);
        one.sort();
        assert_eq!(one, [[0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0]]);
        assert_eq!(schedules(3).len(), 6, "all interleavings");
    }

    #[test]
    fn the_number_of_executions_is_bounded() {
        let mut frugal = Frugal::new(9, 0);
        assert!(!frugal.begin());
    }
}
