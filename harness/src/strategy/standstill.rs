//! Who waits is to sleep: at a random moment everybody who is inside, or in the remainder section, stands
//! still for ever; the others go on in turn. Sooner or later each of them has got what it asked for,
//! or sleeps. One that takes steps again and again, and gets nowhere, is busy waiting.
//!
//! Those who stand still do so at a place where they hold nothing but what the contract gives
//! them: no process is stopped in the middle of an entry or exit section. So a solution may spin there
//! for a short while, for a lock of its own.

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use super::replay::Replay;
use super::round_robin::in_turn;
use crate::choice::{Choice, Spinning, Strategy, Turn};
use crate::event::Section;
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::trace::Schedule;

/// The most random steps before the standstill.
const WARM_UP_MAX: usize = 60;

/// Steps of one process without an entry or an exit after which it is busy waiting. A solution may
/// spin for a while before it sleeps.
pub const PATIENCE: u32 = 2_000;

/// In how long turns those go on who do not stand still: one step each, or enough to fall asleep before those
/// whom it woke have run. Who wakes the other when that one sleeps keeps it awake for ever; who does so a step too
/// early does not.
pub const PACES: [usize; 2] = [1, 12];

/// Lets some stand still and watches the others.
#[derive(Clone, Debug)]
pub struct Standstill {
    executions: Executions,
    dice: Dice,
    keep: Chance,
    warm_up: usize,
    still: ProcessSet,
    /// By process: its section and its entries when they last changed, and its steps then.
    since: [(Section, u32, u32); PROCESSES_MAX],
    /// The last of those who went on.
    last: ProcessId,
    /// How many steps each of them takes in turn.
    pace: usize,
    /// The steps that the last one has left in its turn.
    left: usize,
    busy: Option<ProcessId>,
    most: u32,
    /// What happens before the standstill, instead of random steps.
    stem: Option<Replay>,
    /// Whether only this process is asked about.
    watched: Option<ProcessId>,
}

impl Standstill {
    /// From the first execution on.
    pub fn new(seed: u64) -> Self {
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            keep: Chance::default(),
            warm_up: 0,
            still: ProcessSet::EMPTY,
            since: [(Section::Remainder, 0, 0); PROCESSES_MAX],
            last: ProcessId::new(0),
            pace: PACES[0],
            left: 0,
            busy: None,
            most: 0,
            stem: None,
            watched: None,
        }
    }

    /// One execution: the steps of `stem`, and then the standstill, in which nobody wakes up by itself. Whether
    /// `watched` is busy waiting is asked, and of nobody else.
    pub fn after(stem: Schedule, watched: ProcessId, pace: usize) -> Self {
        Self { stem: Some(Replay::new(stem)), watched: Some(watched), pace, ..Self::new(0) }
    }

    /// Who was busy waiting in this execution.
    pub const fn busy(&self) -> Option<ProcessId> {
        self.busy
    }

    /// Who stood still at the end of this execution: where it holds nothing but what the contract
    /// gives it.
    pub const fn still(&self) -> ProcessSet {
        self.still
    }

    /// The most steps of one process before it slept or got what it wanted, in all executions.
    pub const fn most(&self) -> u32 {
        self.most
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return Some(walk(turn.runnable, turn.previous, self.keep, &mut self.dice));
        }
        for process in turn.runnable.iter() {
            let index = process.index();
            let (section, entries) = (turn.sections[index], turn.entries[index]);
            if matches!(section, Section::Critical | Section::Remainder) {
                self.still.insert(process);
            }
            let since = &mut self.since[index];
            if (since.0, since.1) != (section, entries) {
                *since = (section, entries, turn.steps[index]);
            }
            if !self.still.contains(process) {
                let steps = turn.steps[index] - since.2;
                self.most = self.most.max(steps);
                if steps >= PATIENCE && self.watched.is_none_or(|watched| watched == process) {
                    self.busy = Some(process);
                    return None;
                }
            }
        }
        let going = turn.runnable.difference(self.still);
        if going.is_empty() {
            return None;
        }
        if self.left == 0 || !going.contains(self.last) {
            self.last = in_turn(going, self.last.index() + 1);
            self.left = self.pace;
        }
        self.left -= 1;
        Some(self.last.index())
    }
}

impl Strategy for Standstill {
    fn begin(&mut self) -> bool {
        let (_, dice) = self.executions.begin();
        self.dice = dice;
        self.keep = Chance::percent(self.dice.below(95) as u64);
        self.warm_up = self.dice.below(WARM_UP_MAX + 1);
        self.still = ProcessSet::EMPTY;
        self.since = [(Section::Remainder, 0, 0); PROCESSES_MAX];
        self.last = ProcessId::new(0);
        self.left = 0;
        self.busy = None;
        if let Some(stem) = &mut self.stem {
            self.warm_up = 0;
            return stem.begin();
        }
        self.pace = PACES[self.dice.below(PACES.len())];
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        if let Some(stem) = &mut self.stem
            && !(matches!(choice, Choice::Process(_)) && stem.is_at_its_end())
        {
            return stem.choose(choice);
        }
        self.stem = None;
        match choice {
            Choice::Process(turn) => self.next_process(turn),
            Choice::Spurious { .. } if self.watched.is_some() => Some(0),
            Choice::Spurious { .. } => Some(usize::from(self.dice.below(16) == 0)),
            Choice::ReadsFrom { .. } | Choice::Placement { .. } | Choice::Fate { .. } => Some(0),
        }
    }

    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    fn serves_in_order(&self) -> bool {
        // Schedules need not.
        self.watched.is_none()
    }

    /// Whoever stands still does so also when it is the only one that could go on.
    fn watches(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Toy, run};
    use super::*;

    /// P0 is inside, and could go on; P1 waits, and falls asleep after so many steps.
    struct Waiting {
        turn: Turn,
        sleeps_after: u32,
    }

    impl Waiting {
        fn new(sleeps_after: u32) -> Self {
            let mut turn = Turn { runnable: ProcessSet::first(2), ..Turn::default() };
            turn.sections[0] = Section::Critical;
            turn.sections[1] = Section::Entry;
            Self { turn, sleeps_after }
        }
    }

    impl Toy for Waiting {
        fn turn(&self) -> &Turn {
            &self.turn
        }

        fn step(&mut self, process: ProcessId) {
            self.turn.previous = Some(process);
            self.turn.steps[process.index()] += 1;
            if process.index() == 1 && self.turn.steps[1] == self.sleeps_after {
                self.turn.runnable.remove(process);
                self.turn.parked.insert(process);
            }
        }
    }

    #[test]
    fn whoever_steps_without_end_is_busy_and_whoever_sleeps_is_not() {
        let mut standstill = Standstill::new(1);
        for _ in 0..20 {
            run(&mut Waiting::new(u32::MAX), &mut standstill, 3 * PATIENCE);
            assert_eq!(standstill.busy(), Some(ProcessId::new(1)));
            assert!(standstill.still().contains(ProcessId::new(0)), "P0 stands still inside");
        }
        for spins in [1, 5, 200, PATIENCE / 2] {
            run(&mut Waiting::new(spins), &mut standstill, 3 * PATIENCE);
            assert_eq!(standstill.busy(), None, "it may spin for a while: {spins} steps");
        }
        assert!(standstill.most() >= PATIENCE);
    }
}
