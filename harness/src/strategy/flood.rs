//! A flood of messages, in which one sender has a single one: the others send whenever they can, and whoever
//! receives goes on when they cannot.
//!
//! The victim itself goes on whenever it can, and the kernel serves in order, so that nobody can say that it was not
//! its turn: if its message is passed over again and again, that is the receiver's doing. (The starving adversary does
//! the same to locks; there the victim has to be kept from stepping at the wrong moment. Here what it has sent is
//! there, and needs no luck.)

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use crate::choice::{Choice, Strategy, Turn};
use crate::process::{ProcessId, ProcessSet};

/// The most random steps before the flood.
const WARM_UP_MAX: usize = 40;

/// How often the receiver goes on though the others could, where it does at all.
const RECEIVES: Chance = Chance::percent(50);

/// Steps in a row, without a service that returns, after which a process gives way to the others, until one of theirs has
/// returned: it asks again and again for what only they can give it.
const PATIENCE: u32 = 200;

/// Floods a receiver.
#[derive(Clone, Debug)]
pub struct Flood {
    executions: Executions,
    dice: Dice,
    victim: ProcessId,
    receiver: ProcessId,
    keep: Chance,
    warm_up: usize,
    /// Whether the receiver has to wait until nobody else can go on.
    last: bool,
    /// Those who give way, as long as others go on and no service of theirs returns.
    tired: ProcessSet,
    /// How many services have returned.
    served: u32,
    /// Who goes on and on, with how many services behind it, and its steps since.
    going: Option<(ProcessId, u32)>,
    steps: u32,
}

impl Flood {
    /// From the first execution on.
    pub fn new(seed: u64, victim: ProcessId, receiver: ProcessId) -> Self {
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            victim,
            receiver,
            keep: Chance::default(),
            warm_up: 0,
            last: true,
            tired: ProcessSet::EMPTY,
            served: 0,
            going: None,
            steps: 0,
        }
    }

    /// Goes on to the next execution without this one.
    pub const fn skip(&mut self) {
        let _ = self.executions.begin();
    }

    fn next_process(&mut self, turn: &Turn) -> usize {
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return walk(turn.runnable, turn.previous, self.keep, &mut self.dice);
        }
        let served = turn.entries.iter().sum();
        if std::mem::replace(&mut self.served, served) != served {
            self.tired = ProcessSet::EMPTY;
        }
        let mut runnable = turn.runnable.difference(self.tired);
        if runnable.is_empty() {
            self.tired = ProcessSet::EMPTY;
            runnable = turn.runnable;
        }
        let next = self.preferred(turn, runnable);
        let going = Some((ProcessId::new(next), turn.entries[next]));
        self.steps = if self.going == going { self.steps + 1 } else { 0 };
        self.going = going;
        if self.steps >= PATIENCE {
            self.tired.insert(ProcessId::new(next));
        }
        next
    }

    fn preferred(&mut self, turn: &Turn, runnable: ProcessSet) -> usize {
        if runnable.contains(self.victim) {
            return self.victim.index();
        }
        let others = runnable.difference(ProcessSet::only(self.receiver));
        let receives = runnable.contains(self.receiver)
            && (others.is_empty() || !self.last && self.dice.happens(RECEIVES));
        if receives {
            return self.receiver.index();
        }
        walk(others, turn.previous, self.keep, &mut self.dice)
    }
}

impl Strategy for Flood {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        self.keep = Chance::percent(self.dice.below(95) as u64);
        // The plainest execution first.
        self.warm_up = if number == 0 { 0 } else { self.dice.below(WARM_UP_MAX + 1) };
        self.last = number.is_multiple_of(2);
        self.tired = ProcessSet::EMPTY;
        self.served = 0;
        self.going = None;
        self.steps = 0;
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        match choice {
            Choice::Process(turn) => Some(self.next_process(turn)),
            _ => Some(0),
        }
    }

    fn serves_in_order(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(runnable: &[usize]) -> Turn {
        let runnable = runnable.iter().map(|&index| ProcessId::new(index)).collect();
        Turn { runnable, ..Turn::default() }
    }

    #[test]
    fn the_victim_goes_first_and_the_receiver_last() {
        let mut flood = Flood::new(3, ProcessId::new(1), ProcessId::new(0));
        assert!(flood.begin());
        let mut chosen = |runnable| flood.choose(&Choice::Process(&turn(runnable)));
        assert_eq!(chosen(&[0, 1, 2]), Some(1));
        assert_eq!(chosen(&[0, 2]), Some(2));
        assert_eq!(chosen(&[0]), Some(0));
    }

    #[test]
    fn whoever_goes_on_for_nothing_gives_way() {
        let mut flood = Flood::new(3, ProcessId::new(1), ProcessId::new(0));
        assert!(flood.begin());
        let all = turn(&[0, 1, 2]);
        let mut chosen = [0_u32; 3];
        for _ in 0..4 * PATIENCE {
            chosen[flood.choose(&Choice::Process(&all)).expect("goes on")] += 1;
        }
        assert!(chosen.iter().all(|&steps| steps > PATIENCE / 2), "{chosen:?}");
    }

    #[test]
    fn in_other_executions_the_receiver_comes_in_between() {
        let mut flood = Flood::new(3, ProcessId::new(1), ProcessId::new(0));
        assert!(flood.begin() && flood.begin());
        let all = turn(&[0, 2]);
        let chosen: Vec<_> =
            (0..200).map(|_| flood.choose(&Choice::Process(&all)).expect("goes on")).collect();
        assert!(chosen[WARM_UP_MAX..].contains(&0) && chosen[WARM_UP_MAX..].contains(&2));
    }
}
