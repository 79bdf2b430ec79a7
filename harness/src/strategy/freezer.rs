//! Infers the doorway: the victim takes some steps of its entry section and then stands still for
//! ever; how often can the others enter?
//!
//! This is test T2 of the design notes. `B(p)` is the number of entries that the others make after
//! the victim has stopped behind its `p`-th step, until they can go no further or the number
//! exceeds a limit. If `B(p')` stays within the limit for all `p' ≥ p`, then `p` steps are a
//! *doorway* (Lamport 1974): behind it, waiting is bounded even without fairness. That is stricter
//! than bounded waiting, so its absence is no violation.
//!
//! When only the frozen victim could still step, the others have gone as far as they can: the
//! execution is abandoned and counts. The same holds when everybody is parked or blocked. If the
//! others spin on with effects, so that nobody parks, they are taken to be stuck after many steps
//! without an entry. A victim that parks before its last step has taken them all: further turns
//! of its loop would change nothing.

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use super::starver::{approach, entries_of_others};
use crate::choice::{Choice, Ending, Strategy, Turn};
use crate::event::Section;
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// The most random steps before the victim asks.
const WARM_UP_MAX: usize = 60;

/// How often another process steps while the victim takes its steps.
const INTERLEAVED: Chance = Chance::percent(40);

/// Per process: the steps without an entry after which the others are taken to be stuck.
const IDLE_MAX: u32 = 200;

/// A bounded prefix of the entry section, behind which bypasses are bounded whatever happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doorway {
    /// Its length in own steps.
    pub steps: u32,
    /// The most entries by others from there on.
    pub bypass: u32,
}

/// How far the plan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Random steps, the victim's too.
    WarmUp { left: usize },
    /// The victim runs into its entry section.
    Approach,
    /// It takes its steps there; it had taken `begun` steps in all when it asked.
    Doorway { begun: u32 },
    /// It stands still.
    Frozen,
    /// The others have gone as far as they can.
    Done,
    /// The victim entered too early, or will never ask again.
    Void,
}

/// Freezes a victim after a number of steps of its entry section.
#[derive(Clone, Debug)]
pub struct Freezer {
    executions: Executions,
    dice: Dice,
    processes: usize,
    entries_max: u32,
    victim: ProcessId,
    /// After how many steps the victim is frozen in this execution.
    steps: u32,
    keep: Chance,
    phase: Phase,
    /// The others' entries when the victim was frozen.
    entries_before: u32,
    /// The others' entries since then.
    entries: u32,
    /// The steps since the last of them.
    idle: u32,
    /// By number of steps: the largest B found, if any execution came so far. `entries_max + 1`
    /// stands for everything above the limit.
    worst: Vec<Option<u32>>,
}

impl Freezer {
    /// The adversary's executions: each victim, frozen after 0, 1, … `steps_max` steps, again and
    /// again. More than `entries_max` entries by others count as unbounded.
    ///
    /// # Panics
    /// If there are fewer than two processes, or too many.
    pub fn new(seed: u64, processes: usize, steps_max: u32, entries_max: u32) -> Self {
        assert!((2..=PROCESSES_MAX).contains(&processes), "freezing takes 2 to 8 processes");
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            processes,
            entries_max,
            victim: ProcessId::new(0),
            steps: 0,
            keep: Chance::default(),
            phase: Phase::Void,
            entries_before: 0,
            entries: 0,
            idle: 0,
            worst: vec![None; steps_max as usize + 1],
        }
    }

    /// `B(steps)`, the most entries by others that were found behind that many steps: `None` if no
    /// execution came so far, or there was nothing to count.
    pub fn entries_behind(&self, steps: u32) -> Option<u32> {
        self.worst.get(steps as usize).copied().flatten()
    }

    /// The shortest doorway, as far as the executions so far can tell.
    pub fn doorway(&self) -> Option<Doorway> {
        let reached = || self.worst.iter().enumerate().filter_map(|(p, b)| Some((p, (*b)?)));
        let outside = reached().rfind(|&(_, entries)| entries > self.entries_max);
        let inside = || reached().filter(|&(p, _)| outside.is_none_or(|(last, _)| p > last));
        let (steps, _) = inside().next()?;
        let bypass = inside().map(|(_, entries)| entries).max()?;
        Some(Doorway { steps: steps as u32, bypass })
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        let victim = self.victim.index();
        let others = turn.runnable.difference(ProcessSet::only(self.victim));
        loop {
            match self.phase {
                Phase::WarmUp { left: 0 } => self.phase = Phase::Approach,
                Phase::WarmUp { left } => {
                    self.phase = Phase::WarmUp { left: left - 1 };
                    return Some(self.walk(turn.runnable, turn));
                }
                Phase::Approach if turn.sections[victim] == Section::Entry => {
                    self.phase = Phase::Doorway { begun: turn.steps[victim] };
                }
                Phase::Approach => {
                    let next = approach(turn, self.victim, self.keep, &mut self.dice);
                    if next.is_none() {
                        self.phase = Phase::Void;
                    }
                    return next;
                }
                Phase::Doorway { .. } if turn.sections[victim] != Section::Entry => {
                    self.phase = Phase::Void;
                }
                Phase::Doorway { begun } => {
                    let through = turn.steps[victim] - begun >= self.steps;
                    if through || !turn.runnable.contains(self.victim) {
                        self.phase = Phase::Frozen;
                        self.entries_before = entries_of_others(turn, self.victim);
                    } else if !others.is_empty() && self.dice.happens(INTERLEAVED) {
                        return Some(self.walk(others, turn));
                    } else {
                        return Some(victim);
                    }
                }
                Phase::Frozen => {
                    let entries = entries_of_others(turn, self.victim) - self.entries_before;
                    self.idle = if entries > self.entries { 0 } else { self.idle + 1 };
                    self.entries = entries;
                    let stuck = self.idle > IDLE_MAX * self.processes as u32;
                    if others.is_empty() || stuck || entries > self.entries_max {
                        self.phase = Phase::Done;
                    } else {
                        return Some(self.walk(others, turn));
                    }
                }
                Phase::Done | Phase::Void => return None,
            }
        }
    }

    fn walk(&mut self, members: ProcessSet, turn: &Turn) -> usize {
        walk(members, turn.previous, self.keep, &mut self.dice)
    }
}

impl Strategy for Freezer {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        let processes = self.processes as u64;
        self.victim = ProcessId::new((number % processes) as usize);
        self.steps = (number / processes % self.worst.len() as u64) as u32;
        self.keep = Chance::percent([0, 50, 90][self.dice.below(3)]);
        self.phase = Phase::WarmUp { left: self.dice.below(WARM_UP_MAX + 1) };
        self.entries = 0;
        self.idle = 0;
        true
    }

    fn serves_in_order(&self) -> bool {
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        match choice {
            Choice::Process(turn) => self.next_process(turn),
            _ => Some(0),
        }
    }

    fn watches(&self) -> bool {
        true
    }

    fn end(&mut self, ending: Ending) {
        // An execution that some limit cut short has shown nothing.
        let blocked = self.phase == Phase::Frozen && ending != Ending::Cut;
        if self.phase == Phase::Done || blocked {
            let worst = &mut self.worst[self.steps as usize];
            *worst = (*worst).max(Some(self.entries));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Algorithm, Lock, run};
    use super::*;

    fn freezer(algorithm: Algorithm, processes: usize) -> Freezer {
        let mut freezer = Freezer::new(5, processes, 8, 40);
        for _ in 0..2_000 {
            run(&mut Lock::new(algorithm, processes), &mut freezer, 20_000);
        }
        freezer
    }

    #[test]
    fn the_doorway_of_each_lock_is_found() {
        let doorway = |steps, bypass| Some(Doorway { steps, bypass });
        let cases = [
            (Algorithm::TestAndSet, 2, None),
            (Algorithm::Ticket, 2, doorway(1, 1)),
            (Algorithm::Ticket, 4, doorway(1, 3)),
            (Algorithm::BusyTicket, 3, doorway(1, 2)),
            // A raised flag already stops the other, which gives way when it comes again.
            (Algorithm::Peterson, 2, doorway(1, 1)),
            (Algorithm::Alternation, 3, doorway(0, 2)),
        ];
        for (number, (algorithm, processes, expected)) in cases.into_iter().enumerate() {
            let freezer = freezer(algorithm, processes);
            assert_eq!(freezer.doorway(), expected, "case {number}: {:?}", freezer.worst);
        }
    }

    #[test]
    fn before_the_doorway_the_others_enter_without_bound() {
        let freezer = freezer(Algorithm::Ticket, 2);
        assert_eq!(freezer.entries_behind(0), Some(41), "one above the limit");
        assert_eq!(freezer.entries_behind(1), Some(1));
    }

    #[test]
    fn an_execution_that_was_cut_short_shows_nothing() {
        let mut freezer = Freezer::new(5, 2, 0, 40);
        run(&mut Lock::new(Algorithm::TestAndSet, 2), &mut freezer, 70);
        assert_eq!(freezer.entries_behind(0), None);
    }
}
