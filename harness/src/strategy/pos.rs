//! Partial order sampling: Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling", CAV'18,
//! Algorithm 1.
//!
//! Every pending operation has a priority, drawn by lot; the highest runs. When it has run, the
//! next operation of its process gets a fresh priority, and so does every pending operation that
//! races with it. So operations that do not race keep their order, and the lots are spent where
//! the order matters. It needs to know neither the number of steps nor a depth.
//!
//! Deviation: steps that only one process could take are not seen. A process that could not run
//! when a process was last chosen, and can now, gets a fresh priority: what woke it raced with it.

use super::dice::{Dice, Executions};
use super::weakness::Weakness;
use crate::choice::{Choice, Strategy, Turn};
use crate::process::{PROCESSES_MAX, ProcessSet};

/// A priority for every pending operation.
#[derive(Clone, Debug)]
pub struct Pos {
    executions: Executions,
    dice: Dice,
    weakness: Weakness,
    /// By process: the priority of its pending operation. The highest runs.
    priorities: [u64; PROCESSES_MAX],
    /// Who could run when a process was last chosen.
    runnable: ProcessSet,
}

impl Pos {
    /// The executions of a seed.
    pub fn new(seed: u64) -> Self {
        Self::starting_at(seed, 0)
    }

    /// The executions of a seed from number `execution` on.
    pub fn starting_at(seed: u64, execution: u64) -> Self {
        Self {
            executions: Executions::new(seed, execution),
            dice: Dice::default(),
            weakness: Weakness::default(),
            priorities: [0; PROCESSES_MAX],
            runnable: ProcessSet::EMPTY,
        }
    }

    fn next_process(&mut self, turn: &Turn) -> usize {
        for woken in turn.runnable.difference(self.runnable).iter() {
            self.priorities[woken.index()] = self.dice.bits();
        }
        self.runnable = turn.runnable;
        let chosen = turn
            .runnable
            .iter()
            .max_by_key(|process| self.priorities[process.index()])
            .expect("somebody is runnable")
            .index();
        let executed = turn.pending[chosen];
        for process in turn.runnable.iter().map(crate::process::ProcessId::index) {
            if process == chosen || turn.pending[process].races_with(executed) {
                self.priorities[process] = self.dice.bits();
            }
        }
        chosen
    }
}

impl Strategy for Pos {
    fn begin(&mut self) -> bool {
        (_, self.dice) = self.executions.begin();
        self.weakness.begin(&mut self.dice);
        // Everybody is about to be new, and gets its first priority then.
        self.runnable = ProcessSet::EMPTY;
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(match choice {
            Choice::Process(turn) => self.next_process(turn),
            other => self.weakness.answer(other, &mut self.dice),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Counters, run};
    use super::*;

    /// The share of executions in which process 1's only step comes after all those of process 0.
    fn share_last(new: impl Fn(&[u32]) -> Counters) -> f64 {
        let mut pos = Pos::new(3);
        let mut last = 0;
        for _ in 0..8_000 {
            let mut toy = new(&[4, 1]);
            run(&mut toy, &mut pos, 100);
            last += u32::from(toy.order.last() == Some(&1));
        }
        f64::from(last) / 8_000.0
    }

    #[test]
    fn an_operation_that_races_with_nothing_keeps_its_priority() {
        // It comes last if its one priority is the lowest of all five.
        let share = share_last(Counters::new);
        assert!((share - 1.0 / 5.0).abs() < 0.02, "{share}");
    }

    #[test]
    fn an_operation_that_races_draws_again_after_each_race() {
        // It comes last if it loses four independent draws of equal chance.
        let share = share_last(Counters::racing);
        assert!((share - 1.0 / 16.0).abs() < 0.01, "{share}");
    }
}
