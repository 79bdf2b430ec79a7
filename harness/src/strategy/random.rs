//! The random walk: at every step some runnable process, drawn by lot.
//!
//! How often a walk changes the process decides what it finds: some bugs need one process to run for
//! a while, others need steps in turn. And it matters where it changes. Wherever a process acts on
//! what it has read, a bug waits between its reading and its writing, while others still see the old
//! value; a process that is interrupted before a read merely reads something newer. So each execution
//! draws a [`Pace`]: how likely it is to interrupt a process that is about to write, and any other.

use std::hint::select_unpredictable;

use super::dice::{Chance, Dice, Executions, scale};
use super::weakness::Weakness;
use crate::choice::{Choice, Pending, Spinning, Strategy, Turn};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Draws everything by lot, in a manner that it draws anew for every execution.
#[derive(Clone, Debug)]
pub struct Random {
    executions: Executions,
    dice: Dice,
    pace: Pace,
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
            pace: PACES[0],
            weakness: Weakness::default(),
            spinning: Spinning::Park,
        }
    }
}

/// With which probability another process goes on than the one that took the last step.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// When it is about to write.
    before_writes: Chance,
    /// When it is about to do anything else.
    otherwise: Chance,
}

impl Pace {
    const fn percent(before_writes: u64, otherwise: u64) -> Self {
        Self {
            before_writes: Chance::percent(before_writes),
            otherwise: Chance::percent(otherwise),
        }
    }
}

/// The paces, each as likely as any other. Two make no difference, and give long and short runs; three
/// hold back writes, from *runs to its next write* to *nearly in turn*. None suits every bug, and
/// with five of them no bug takes more than about five times as long as in the pace that suits it.
const PACES: [Pace; 5] = [
    Pace::percent(10, 10),
    Pace::percent(25, 25),
    Pace::percent(75, 10),
    Pace::percent(90, 25),
    Pace::percent(90, 50),
];

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

/// The half of a lot that decides whether to stay; the other half decides where to go.
const LOW_HALF: u64 = u32::MAX as u64;

/// Any of `members`, each as likely, by the high half of a lot; process 0 if there are none.
#[inline]
fn any(members: ProcessSet, bits: u64) -> usize {
    let Members { count, by_rank } = &MEMBERS[usize::from(members.bits())];
    usize::from(by_rank[scale(bits >> 32, usize::from(*count)) % PROCESSES_MAX])
}

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
    let other = any(members, bits);
    let Some(previous) = previous else { return other };
    let stays = keep.covers(bits & LOW_HALF) & members.contains(previous);
    select_unpredictable(stays, previous.index(), other)
}

impl Random {
    #[inline]
    fn next_process(&mut self, turn: &Turn) -> usize {
        let bits = self.dice.bits();
        let Some(previous) = turn.previous else { return any(turn.runnable, bits) };
        let others = turn.runnable.difference(ProcessSet::only(previous));
        let writes = matches!(turn.pending[previous.index()], Pending::Write(_));
        let change = if writes { self.pace.before_writes } else { self.pace.otherwise };
        let stays = turn.runnable.contains(previous)
            & (others.is_empty() | !change.covers(bits & LOW_HALF));
        select_unpredictable(stays, previous.index(), any(others, bits))
    }
}

impl Strategy for Random {
    fn begin(&mut self) -> bool {
        (_, self.dice) = self.executions.begin();
        self.pace = PACES[self.dice.below(PACES.len())];
        self.weakness.begin(&mut self.dice);
        // Parking is exact for loops without hidden local state. In case there is some (a counter,
        // a back-off), every eighth execution lets everybody spin.
        self.spinning = if self.dice.below(8) == 0 { Spinning::Run } else { Spinning::Park };
        true
    }

    #[inline]
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(match choice {
            Choice::Process(turn) => self.next_process(turn),
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
    use crate::event::LocationId;

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
        assert!(switches.iter().filter(|&&count| count < 14).count() > 120, "one in ten");
        assert!(switches.iter().filter(|&&count| count > 70).count() > 240, "nearly in turn");
        assert!((60..140).contains(&runs), "one in eight: {runs} of 800");
    }

    #[test]
    fn a_process_that_is_about_to_write_is_interrupted_more_often() {
        let mut random = Random::new(4);
        let (first, location) = (ProcessId::new(0), LocationId(0));
        let mut changes = [0; 2];
        for _ in 0..4_000 {
            random.begin();
            for (pending, changes) in
                [Pending::Read(location), Pending::Write(location)].into_iter().zip(&mut changes)
            {
                let turn = Turn {
                    runnable: ProcessSet::first(2),
                    previous: Some(first),
                    pending: [pending; PROCESSES_MAX],
                    ..Turn::default()
                };
                let chosen = random.choose(&Choice::Process(&turn));
                *changes += u32::from(chosen != Some(first.index()));
            }
        }
        let [reading, writing] = changes.map(|changes| f64::from(changes) / 4_000.0);
        assert!((reading - 0.24).abs() < 0.03, "the mean of all paces: {reading}");
        assert!((writing - 0.58).abs() < 0.03, "the mean of all paces: {writing}");
    }

    #[test]
    fn whoever_is_alone_goes_on() {
        let mut random = Random::new(4);
        random.begin();
        let alone = ProcessId::new(1);
        for previous in [None, Some(ProcessId::new(0)), Some(alone)] {
            let turn = Turn { runnable: ProcessSet::only(alone), previous, ..Turn::default() };
            assert_eq!(random.choose(&Choice::Process(&turn)), Some(1));
        }
    }
}
