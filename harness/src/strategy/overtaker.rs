//! The adversary of bounded waiting where there is nothing to be inside of: services that are asked for
//! and done, such as the increment of a counter.
//!
//! There is no critical section in which others could be while the victim takes its turn, so a turn is a
//! step: between any two services that others complete, the victim takes at least one step that touches
//! a shared variable. What counts is how often that happens during one service of the victim. If nothing
//! bounds it, nothing bounds the victim's own steps: it is a loop that others can keep from ending.
//!
//! Where between two services the victim's steps come is drawn for each execution and then kept: what is
//! regular can be repeated for ever, and shown. A service that others complete before the victim has had
//! its step is not counted.

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use super::starver::{Adversary, approach, entries_of_others};
use crate::choice::{Choice, Pending, Spinning, Strategy, Turn};
use crate::event::Section;
use crate::process::{ProcessId, ProcessSet};

/// The most random steps before the victim asks.
const WARM_UP_MAX: usize = 30;

/// The most steps that others take after one of them is done, before the victim's step.
const DELAY_MAX: usize = 6;

/// The most steps of the victim in one turn.
const TURN_MAX: usize = 3;

/// Steps of others without one of them being done, after which they are taken to wait for the victim.
const IDLE_MAX: u32 = 60;

/// The most pauses in a row that are no step.
const SILENT_MAX: u32 = 1000;

/// Overtakes a victim, as far as the algorithm lets it.
#[derive(Clone, Debug)]
pub struct Overtaker {
    executions: Executions,
    dice: Dice,
    processes: usize,
    bypass_max: u32,
    victim: ProcessId,
    keep: Chance,
    warm_up: usize,
    /// The victim's entries when it asked; `None` before.
    asked: Option<u32>,
    bypass: u32,
    /// How many steps of others the victim's turn comes after, and how many steps it has.
    delay: u32,
    turn: u32,
    /// What is left of them until the next service.
    delay_left: u32,
    turn_left: u32,
    /// Whether the victim has had a step since the last service that was counted.
    stepped: bool,
    idle: u32,
    silent: u32,
    /// Whether the victim's next step is a pause or a fence.
    pauses: bool,
    victim_steps: u32,
    other_entries: u32,
}

impl Overtaker {
    /// Each victim again and again. It is given up when it is done, or `bypass_max` is reached.
    pub fn new(seed: u64, processes: usize, bypass_max: u32) -> Self {
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            processes,
            bypass_max,
            victim: ProcessId::new(0),
            keep: Chance::default(),
            warm_up: 0,
            asked: None,
            bypass: 0,
            delay: 0,
            turn: 1,
            delay_left: 0,
            turn_left: 0,
            stepped: true,
            idle: 0,
            silent: 0,
            pauses: false,
            victim_steps: 0,
            other_entries: 0,
        }
    }

    /// Takes note of what happened since the last question.
    fn observe(&mut self, turn: &Turn) {
        let steps = turn.steps[self.victim.index()];
        if steps > self.victim_steps {
            if self.pauses && self.silent < SILENT_MAX {
                self.silent += steps - self.victim_steps;
            } else {
                self.silent = 0;
                self.stepped = true;
                self.turn_left = self.turn_left.saturating_sub(steps - self.victim_steps);
            }
        }
        self.victim_steps = steps;
        self.pauses = turn.pending[self.victim.index()] == Pending::Silent;
        let entries = entries_of_others(turn, self.victim);
        if entries > self.other_entries {
            self.other_entries = entries;
            // The first one needs no step before it.
            self.bypass += u32::from(self.stepped);
            self.stepped = false;
            self.delay_left = self.delay;
            self.turn_left = self.turn;
            self.idle = 0;
        }
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return Some(walk(turn.runnable, turn.previous, self.keep, &mut self.dice));
        }
        let victim = self.victim.index();
        let Some(asked) = self.asked else {
            if turn.sections[victim] != Section::Entry {
                return approach(turn, self.victim, self.keep, &mut self.dice);
            }
            self.asked = Some(turn.entries[victim]);
            self.victim_steps = turn.steps[victim];
            self.other_entries = entries_of_others(turn, self.victim);
            self.pauses = turn.pending[victim] == Pending::Silent;
            return self.next_process(turn);
        };
        self.observe(turn);
        if turn.entries[victim] > asked || self.was_starved() {
            return None;
        }
        let others = turn.runnable.difference(ProcessSet::only(self.victim));
        if !turn.runnable.contains(self.victim) {
            // It sleeps, or would see nothing new: it has no step to take.
            self.stepped = true;
            self.turn_left = 0;
            return (!others.is_empty())
                .then(|| walk(others, turn.previous, self.keep, &mut self.dice));
        }
        if others.is_empty() {
            return Some(victim);
        }
        if self.turn_left > 0 && self.delay_left == 0 {
            return Some(victim);
        }
        self.delay_left = self.delay_left.saturating_sub(1);
        self.idle += 1;
        if self.idle > IDLE_MAX {
            self.idle = 0;
            return Some(victim);
        }
        Some(walk(others, turn.previous, self.keep, &mut self.dice))
    }
}

impl Adversary for Overtaker {
    fn victim(&self) -> ProcessId {
        self.victim
    }

    fn bypass(&self) -> u32 {
        self.bypass
    }

    fn was_starved(&self) -> bool {
        self.bypass >= self.bypass_max
    }
}

impl Strategy for Overtaker {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        self.victim = ProcessId::new((number % self.processes as u64) as usize);
        self.keep = Chance::percent([100, 90, 50][self.dice.below(3)]);
        self.warm_up = self.dice.below(WARM_UP_MAX + 1);
        self.delay = self.dice.below(DELAY_MAX + 1) as u32;
        self.turn = 1 + self.dice.below(TURN_MAX) as u32;
        self.asked = None;
        self.bypass = 0;
        self.delay_left = 0;
        self.turn_left = 0;
        self.stepped = true;
        self.idle = 0;
        self.silent = 0;
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

    /// As with the starving adversary: what is shown is pumped.
    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    /// It must see every service, and every step of the victim.
    fn watches(&self) -> bool {
        true
    }
}
