//! The random walk: at every step some runnable process, drawn by lot.
//!
//! A uniform walk changes the process at almost every step; some bugs need one process to run for
//! a while. So each execution draws how strongly a process clings to the processor.

use std::hint::select_unpredictable;

use super::dice::{Chance, Dice, Executions, scale};
use super::weakness::Weakness;
use crate::choice::{Choice, Spinning, Strategy};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

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

/// The members of a set by rank.
#[derive(Clone, Copy)]
struct Members {
    count: u8,
    by_rank: [u8; PROCESSES_MAX],
}

/// By set. A step is chosen at random some hundred million times, and a loop or a branch would be
/// mispredicted half of the time.
static MEMBERS: [Members; 1 << PROCESSES_MAX] = {
    let mut members = [Members { count: 0, by_rank: [0; PROCESSES_MAX] }; 1 << PROCESSES_MAX];
    let mut set = 0;
    while set < members.len() {
        let mut process = 0;
        while process < PROCESSES_MAX {
            if set >> process & 1 == 1 {
                let Members { count, by_rank } = &mut members[set];
                by_rank[*count as usize] = process as u8;
                *count += 1;
            }
            process += 1;
        }
        set += 1;
    }
    members
};

/// One of `members`: the previous process with probability `keep`, if it is one, else any.
#[inline]
pub(super) fn walk(
    members: ProcessSet,
    previous: Option<ProcessId>,
    keep: Chance,
    dice: &mut Dice,
) -> usize {
    debug_assert!(!members.is_empty(), "somebody is runnable");
    let bits = dice.bits();
    // The low half of the lot decides whether to stay, the high half where to go.
    let Members { count, by_rank } = &MEMBERS[usize::from(members.bits())];
    let other = usize::from(by_rank[scale(bits >> 32, usize::from(*count)) % PROCESSES_MAX]);
    let Some(previous) = previous else { return other };
    let stays = keep.covers(bits & u64::from(u32::MAX)) & members.contains(previous);
    select_unpredictable(stays, previous.index(), other)
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
            Choice::Process(turn) => walk(turn.runnable, turn.previous, self.keep, &mut self.dice),
            other => self.weakness.answer(other, &mut self.dice),
        })
    }

    fn spinning(&self) -> Spinning {
        self.spinning
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Counters, run};
    use super::*;

    #[test]
    fn any_execution_can_be_run_again_alone() {
        let mut all = Random::new(9);
        let orders: Vec<_> = (0..20)
            .map(|_| {
                let mut toy = Counters::new(&[5, 5, 5]);
                run(&mut toy, &mut all, 100);
                toy.order
            })
            .collect();
        for (number, order) in orders.iter().enumerate() {
            let mut toy = Counters::new(&[5, 5, 5]);
            run(&mut toy, &mut Random::starting_at(9, number as u64), 100);
            assert_eq!(&toy.order, order, "execution {number}");
        }
        assert!(orders.iter().any(|order| order != &orders[0]), "they differ from each other");
    }

    #[test]
    fn members_are_ranked_by_number() {
        for (bits, members) in MEMBERS.iter().enumerate() {
            let set: ProcessSet =
                ProcessId::all(PROCESSES_MAX).filter(|p| bits >> p.index() & 1 == 1).collect();
            assert_eq!((usize::from(set.bits()), set.len()), (bits, usize::from(members.count)));
            let by_rank = members.by_rank[..set.len()].iter().copied();
            assert!(set.iter().map(|p| p.index() as u8).eq(by_rank));
        }
    }

    #[test]
    fn every_interleaving_comes_about() {
        let mut random = Random::new(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let mut toy = Counters::new(&[3, 3]);
            run(&mut toy, &mut random, 100);
            seen.insert(toy.order);
        }
        assert_eq!(seen.len(), 20, "six over three");
    }

    #[test]
    fn some_executions_cling_to_a_process_and_some_let_everybody_spin() {
        let mut random = Random::new(4);
        let (mut switches, mut runs) = (Vec::new(), 0);
        for _ in 0..800 {
            let mut toy = Counters::new(&[50, 50]);
            run(&mut toy, &mut random, 200);
            runs += u32::from(random.spinning() == Spinning::Run);
            switches.push(toy.order.windows(2).filter(|pair| pair[0] != pair[1]).count());
        }
        assert!(switches.iter().filter(|&&count| count < 12).count() > 150, "keep 0.9");
        assert!(switches.iter().filter(|&&count| count > 35).count() > 150, "uniform");
        assert!((60..140).contains(&runs), "one in eight: {runs} of 800");
    }
}
