//! The random walk: at every step some runnable process, drawn by lot.
//!
//! A uniform walk changes the process at almost every step; some bugs need one process to run for
//! a while. So each execution draws how strongly a process clings to the processor.

use super::dice::{Chance, Dice, Executions, scale};
use super::weakness::Weakness;
use crate::choice::{Choice, Spinning, Strategy, Turn};

/// Draws everything by lot, in a manner that it draws anew for every execution.
#[derive(Clone, Debug)]
pub struct Random {
    executions: Executions,
    dice: Dice,
    /// The probability that the process that took the last step goes on.
    keep: Chance,
    weakness: Weakness,
    spinning: Spinning,
}

impl Random {
    /// The random walks of a seed.
    pub fn new(seed: u64) -> Self {
        Self::starting_at(seed, 0)
    }

    /// The random walks of a seed from execution number `execution` on.
    pub fn starting_at(seed: u64, execution: u64) -> Self {
        Self {
            executions: Executions::new(seed, execution),
            dice: Dice::default(),
            keep: Chance::default(),
            weakness: Weakness::default(),
            spinning: Spinning::Park,
        }
    }
}

/// One of the runnable processes: the previous one with probability `keep`, else any.
#[inline]
pub(super) fn walk(turn: &Turn, keep: Chance, dice: &mut Dice) -> usize {
    let bits = dice.bits();
    match turn.previous {
        // The low half of the lot decides whether to stay, the high half where to go.
        Some(previous)
            if keep.covers(bits & u64::from(u32::MAX)) && turn.runnable.contains(previous) =>
        {
            previous.index()
        }
        _ => turn.runnable.nth(scale(bits >> 32, turn.runnable.len())).index(),
    }
}

impl Strategy for Random {
    fn begin(&mut self) -> bool {
        (_, self.dice) = self.executions.begin();
        self.keep = Chance::percent([0, 50, 90][self.dice.below(3)]);
        self.weakness.begin(&mut self.dice);
        // Parking is exact for loops without hidden local state. In case there is some (a counter,
        // a back-off), every eighth execution lets everybody spin.
        self.spinning = if self.dice.below(8) == 0 { Spinning::Run } else { Spinning::Park };
        true
    }

    #[inline]
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(match choice {
            Choice::Process(turn) => walk(turn, self.keep, &mut self.dice),
            other => self.weakness.answer(other, &mut self.dice),
        })
    }

    fn spinning(&self) -> Spinning {
        self.spinning
    }
}
