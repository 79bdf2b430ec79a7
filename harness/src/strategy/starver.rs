//! The weakly fair adversary of bounded waiting: it lets others enter again and again while one
//! process, the victim, waits, and yet gives the victim its turn between any two of their entries.
//!
//! This is test T1 of the design notes. Between two entries by others the victim takes at least
//! `3n + 3` own steps, a full turn of its waiting loop and more, so nobody can say that it was
//! simply not scheduled. The adversary places those steps while somebody is inside, where they find
//! the door shut. What counts is the *bypass*: the entries by others between the victim's request
//! and its own entry. Bounds found so are lower bounds; the maximum over victims, modes and seeds
//! is what the algorithm admits.
//!
//! The scenario lets the others enter without limit. Reads are always fresh: stale values would
//! starve a victim that the algorithm serves.
//!
//! Readings of the notes:
//! 1. The first entry after the request needs no turn before it: the rule speaks of two entries.
//!    In half of the executions the victim nevertheless begins with its turn, others interleaved.
//! 2. A victim that is parked has had its full turn: it would see nothing new. So has one that
//!    is blocked: it has no step to take.
//! 3. If the others take many steps and nobody enters, they wait for the victim: it gets a turn.
//! 4. When others interleave with the victim's turn, none of them is let step in its entry section
//!    while nobody is inside: its step could be an entry that came too early.
//! 5. Pauses and fences are no part of a turn: a victim that backs off between two looks at the lock
//!    has not had its turn before it has looked. Many of them in a row count after all.
//!
//! Where several may be inside together, they may also relieve each other, so that the place is never
//! empty: whoever is the only one inside stays until another one has come, or can come no further. There
//! a process that never gets a step would keep its place for ever, and starve whoever waits for it, though
//! the others go on. So whoever has been passed over for long is let go on, until it has got to its next
//! section or can go no further.

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use crate::choice::{Choice, Pending, Spinning, Strategy, Turn};
use crate::event::Section;
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// The most random steps before the victim asks.
const WARM_UP_MAX: usize = 60;

/// Mode 1: how often the victim takes a single step out of turn.
const STRAY: Chance = Chance::percent(6);

/// Mode 2: how often another process steps during the victim's turn.
const INTERLEAVED: Chance = Chance::percent(30);

/// The same, in a first turn before anybody has entered.
const INTERLEAVED_FIRST: Chance = Chance::percent(40);

/// The most pauses in a row that do not count.
const SILENT_MAX: u32 = 1000;

/// Where several may be inside: after how many turns' steps by others nobody is passed over any more.
const PASSED_OVER_MAX: u32 = 2;

/// How many turns' steps it then gets at most, for it may spin.
const HURRY_MAX: u32 = 4;

/// A strategy that keeps one process waiting.
pub trait Adversary: Strategy {
    /// Whom this execution starves.
    fn victim(&self) -> ProcessId;

    /// The entries by others since the victim asked, in this execution.
    fn bypass(&self) -> u32;

    /// Whether the bypass reached its limit before the victim entered.
    fn was_starved(&self) -> bool;
}

/// How the victim's steps are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// All of them while the section is occupied.
    Occupied,
    /// The same, and rare single steps at any time.
    Stray,
    /// Others are interleaved with them.
    Interleaved,
    /// As the first; and the others relieve each other inside.
    Relay,
}

/// How far the plan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Random steps, the victim's too.
    WarmUp { left: usize },
    /// The victim runs into its entry section.
    Approach,
    /// It waits.
    Waiting,
}

/// Starves a victim, as far as the algorithm lets it.
#[derive(Clone, Debug)]
pub struct Starver {
    executions: Executions,
    dice: Dice,
    processes: usize,
    /// Who is starved, in turn.
    victims: ProcessSet,
    relays: bool,
    /// Steps by others since one of them entered.
    since_entry: u32,
    /// By process: its steps when it was last looked at, and the steps of others since then that it could have
    /// taken.
    passed_over: [(u32, u32); PROCESSES_MAX],
    /// Who is let go on since it was passed over for long, in which section it was then, and how many steps
    /// it still has.
    hurries: Option<(ProcessId, Section, u32)>,
    /// A full turn: `3n + 3` steps.
    turn_length: u32,
    bypass_max: u32,
    victim: ProcessId,
    mode: Mode,
    keep: Chance,
    phase: Phase,
    bypass: u32,
    /// The steps that the victim is still to take before others may enter again.
    owed: u32,
    /// Whether an entry during the victim's turn would come too early.
    guarded: bool,
    /// The steps of others since the last entry, the victim's turn left out.
    idle: u32,
    /// The victim's steps so far.
    victim_steps: u32,
    /// The steps in a row that the victim has spent on pauses and fences.
    silent: u32,
    /// Whether the victim's next step is such a one.
    pauses: bool,
    /// The victim's entries when it asked.
    victim_entries: u32,
    /// The others' entries so far.
    other_entries: u32,
}

impl Starver {
    /// The adversary's executions, from number `execution` on: each victim in each mode, again and
    /// again. It gives up its victim when that has entered, or `bypass_max` is reached.
    ///
    /// # Panics
    /// If there are fewer than two processes, or too many.
    pub fn starting_at(seed: u64, execution: u64, processes: usize, bypass_max: u32) -> Self {
        assert!((2..=PROCESSES_MAX).contains(&processes), "starving takes 2 to 8 processes");
        Self {
            executions: Executions::new(seed, execution),
            dice: Dice::default(),
            processes,
            victims: ProcessSet::first(processes),
            relays: false,
            since_entry: 0,
            passed_over: [(0, 0); PROCESSES_MAX],
            hurries: None,
            turn_length: 3 * processes as u32 + 3,
            bypass_max,
            victim: ProcessId::new(0),
            mode: Mode::Occupied,
            keep: Chance::default(),
            phase: Phase::Approach,
            bypass: 0,
            owed: 0,
            guarded: false,
            idle: 0,
            victim_steps: 0,
            silent: 0,
            pauses: false,
            victim_entries: 0,
            other_entries: 0,
        }
    }

    /// [`starting_at`](Self::starting_at) execution 0.
    ///
    /// # Panics
    /// If there are fewer than two processes, or too many.
    pub fn new(seed: u64, processes: usize, bypass_max: u32) -> Self {
        Self::starting_at(seed, 0, processes, bypass_max)
    }

    /// Starves only these, and also lets the others relieve each other.
    ///
    /// # Panics
    /// If they are none.
    #[must_use]
    pub fn among(self, victims: ProcessSet) -> Self {
        assert!(!victims.is_empty(), "somebody is to be starved");
        Self { victims, relays: true, ..self }
    }

    fn others(&self, turn: &Turn) -> ProcessSet {
        turn.runnable.difference(ProcessSet::only(self.victim))
    }

    fn walk(&mut self, members: ProcessSet, turn: &Turn) -> usize {
        walk(members, turn.previous, self.keep, &mut self.dice)
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        if let Phase::WarmUp { left } = &mut self.phase {
            if *left > 0 {
                *left -= 1;
                return Some(self.walk(turn.runnable, turn));
            }
            self.phase = Phase::Approach;
        }
        if self.phase == Phase::Approach {
            if turn.sections[self.victim.index()] != Section::Entry {
                return self.approach(turn);
            }
            self.phase = Phase::Waiting;
            self.victim_steps = turn.steps[self.victim.index()];
            self.victim_entries = turn.entries[self.victim.index()];
            self.other_entries = entries_of_others(turn, self.victim);
            // Reading 1.
            self.owed = if self.dice.below(2) == 0 { self.turn_length } else { 0 };
        }
        self.observe(turn);
        if turn.entries[self.victim.index()] > self.victim_entries || self.was_starved() {
            return None;
        }
        let others = self.others(turn);
        if !turn.runnable.contains(self.victim) {
            // Reading 2.
            self.owed = 0;
            self.idle = 0;
            let going = self.going(others, turn);
            return Some(self.walk(going, turn));
        }
        if others.is_empty() {
            return Some(self.victim.index());
        }
        if self.owed > 0 {
            return Some(self.victims_turn(others, turn));
        }
        if self.mode == Mode::Stray && self.dice.happens(STRAY) {
            return Some(self.victim.index());
        }
        self.idle += 1;
        if self.idle > 8 * self.turn_length {
            // Reading 3.
            self.idle = 0;
            self.owed = self.turn_length;
            return Some(self.victim.index());
        }
        let going = self.going(others, turn);
        Some(self.walk(going, turn))
    }

    /// Who of the others may go on. In a relay the only one inside stays, as long as another one comes
    /// nearer.
    fn going(&mut self, others: ProcessSet, turn: &Turn) -> ProcessSet {
        self.since_entry += 1;
        if self.relays
            && let Some(process) = self.hurried(others, turn)
        {
            return ProcessSet::only(process);
        }
        if self.mode != Mode::Relay || self.since_entry > 4 * self.turn_length {
            return others;
        }
        let inside = others_in(turn, Section::Critical, self.victim, self.processes);
        let outside = others.difference(inside);
        if inside.len() == 1 && !outside.is_empty() { outside } else { others }
    }

    /// Who of the others has been passed over for long. Processes in their remainder section may rest there.
    fn hurried(&mut self, others: ProcessSet, turn: &Turn) -> Option<ProcessId> {
        let mut longest = None;
        for process in ProcessId::all(self.processes) {
            let index = process.index();
            let (steps, count) = &mut self.passed_over[index];
            let rests = turn.sections[index] == Section::Remainder;
            if *steps != turn.steps[index] || rests || !others.contains(process) {
                (*steps, *count) = (turn.steps[index], 0);
            } else {
                *count += 1;
                longest = longest.max(Some((*count, process)));
            }
        }
        if let Some((process, section, left @ 1..)) = self.hurries
            && others.contains(process)
            && turn.sections[process.index()] == section
        {
            self.hurries = Some((process, section, left - 1));
            return Some(process);
        }
        let too_long = |&(count, _): &(u32, ProcessId)| count > PASSED_OVER_MAX * self.turn_length;
        self.hurries = longest.filter(too_long).map(|(_, process)| {
            (process, turn.sections[process.index()], HURRY_MAX * self.turn_length)
        });
        self.hurries.map(|(process, ..)| process)
    }

    /// Runs the victim towards its entry section, others only if it cannot run; gives up if the
    /// victim has finished.
    fn approach(&mut self, turn: &Turn) -> Option<usize> {
        approach(turn, self.victim, self.keep, &mut self.dice)
    }

    /// Takes note of what happened since the last question.
    fn observe(&mut self, turn: &Turn) {
        let steps = turn.steps[self.victim.index()];
        let taken = steps - self.victim_steps;
        if taken > 0 && self.pauses && self.silent < SILENT_MAX {
            // Reading 5.
            self.silent += taken;
        } else if taken > 0 {
            self.silent = 0;
            self.owed = self.owed.saturating_sub(taken);
        }
        self.victim_steps = steps;
        self.pauses = turn.pending[self.victim.index()] == Pending::Silent;
        let entries = entries_of_others(turn, self.victim);
        if entries > self.other_entries {
            self.bypass += entries - self.other_entries;
            self.other_entries = entries;
            self.owed = self.turn_length;
            self.guarded = true;
            self.idle = 0;
            self.since_entry = 0;
        }
    }

    /// The victim steps, or somebody who is let step in between.
    fn victims_turn(&mut self, others: ProcessSet, turn: &Turn) -> usize {
        let interleaved = match (self.guarded, self.mode) {
            (false, _) => self.dice.happens(INTERLEAVED_FIRST),
            (true, Mode::Interleaved) => self.dice.happens(INTERLEAVED),
            (true, Mode::Occupied | Mode::Stray | Mode::Relay) => false,
        };
        let occupied = others_in(turn, Section::Critical, self.victim, self.processes);
        let harmless = if self.guarded && occupied.is_empty() {
            // Reading 4.
            others.difference(others_in(turn, Section::Entry, self.victim, self.processes))
        } else {
            others
        };
        if interleaved && !harmless.is_empty() {
            self.walk(harmless, turn)
        } else {
            self.victim.index()
        }
    }
}

/// The next step on `victim`'s way into its entry section: its own, or another's if it cannot run.
/// `None` if it has finished.
pub(super) fn approach(
    turn: &Turn,
    victim: ProcessId,
    keep: Chance,
    dice: &mut Dice,
) -> Option<usize> {
    let rests = turn.sections[victim.index()] == Section::Remainder
        && !turn.runnable.contains(victim)
        && !turn.parked.contains(victim);
    if turn.runnable.contains(victim) {
        Some(victim.index())
    } else if rests {
        None
    } else {
        Some(walk(turn.runnable, turn.previous, keep, dice))
    }
}

/// How often all processes but `victim` have entered.
pub(super) fn entries_of_others(turn: &Turn, victim: ProcessId) -> u32 {
    turn.entries.iter().sum::<u32>() - turn.entries[victim.index()]
}

/// The processes but `victim` that are in a section.
fn others_in(turn: &Turn, section: Section, victim: ProcessId, processes: usize) -> ProcessSet {
    ProcessId::all(processes)
        .filter(|&process| process != victim && turn.sections[process.index()] == section)
        .collect()
}

impl Adversary for Starver {
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

impl Strategy for Starver {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        let victims = self.victims.len() as u64;
        self.victim = self.victims.nth((number % victims) as usize);
        self.mode = match number / victims % if self.relays { 4 } else { 3 } {
            0 => Mode::Occupied,
            1 => Mode::Stray,
            2 => Mode::Interleaved,
            _ => Mode::Relay,
        };
        self.since_entry = 0;
        self.passed_over = [(0, 0); PROCESSES_MAX];
        self.hurries = None;
        self.keep = Chance::percent([0, 50, 90][self.dice.below(3)]);
        self.phase = Phase::WarmUp { left: self.dice.below(WARM_UP_MAX + 1) };
        self.bypass = 0;
        self.owed = 0;
        self.guarded = false;
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

    /// The victim takes its turns for real, so that the schedule shows them and can be pumped.
    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    /// It must see every entry, and every step of the victim.
    fn watches(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Algorithm, Lock, Toy, run};
    use super::*;
    use crate::choice::Ending;

    const BYPASS_MAX: u32 = 60;

    /// The largest bypass over many executions.
    fn bypass(algorithm: Algorithm, processes: usize) -> u32 {
        let mut starver = Starver::new(7, processes, BYPASS_MAX);
        let mut worst = 0;
        for _ in 0..600 {
            let mut toy = Lock::new(algorithm, processes);
            let ending = run(&mut toy, &mut starver, 20_000);
            assert_eq!(ending, Ending::Cut, "the others enter without limit");
            worst = worst.max(starver.bypass());
        }
        worst
    }

    #[test]
    fn unfair_locks_starve_their_victim() {
        for algorithm in [Algorithm::TestAndSet, Algorithm::TestTestAndSet] {
            for processes in [2, 3] {
                assert_eq!(bypass(algorithm, processes), BYPASS_MAX);
            }
        }
    }

    #[test]
    fn only_the_chosen_victims_are_starved() {
        let chosen: ProcessSet = [1, 2].map(ProcessId::new).into_iter().collect();
        let mut starver = Starver::new(1, 3, BYPASS_MAX).among(chosen);
        let mut victims = ProcessSet::EMPTY;
        for _ in 0..24 {
            let mut toy = Lock::new(Algorithm::Ticket, 3);
            run(&mut toy, &mut starver, 20_000);
            victims.insert(starver.victim());
            assert!(starver.bypass() <= 2, "a relay does not make a fair lock unfair");
        }
        assert_eq!(victims, chosen);
    }

    #[test]
    fn both_victims_of_test_and_set_starve() {
        let mut starver = Starver::new(1, 2, BYPASS_MAX);
        let mut victims = [false; 2];
        for _ in 0..24 {
            let mut toy = Lock::new(Algorithm::TestAndSet, 2);
            run(&mut toy, &mut starver, 20_000);
            victims[starver.victim().index()] |= starver.was_starved();
        }
        assert_eq!(victims, [true, true]);
    }

    #[test]
    fn fair_locks_show_exactly_their_bound() {
        for processes in 2..=4 {
            let bound = processes as u32 - 1;
            assert_eq!(bypass(Algorithm::Ticket, processes), bound, "ticket, {processes}");
            assert_eq!(bypass(Algorithm::BusyTicket, processes), bound, "busy, {processes}");
            assert_eq!(bypass(Algorithm::Alternation, processes), bound, "turns, {processes}");
        }
        assert_eq!(bypass(Algorithm::Peterson, 2), 1);
    }

    /// Looks over the adversary's shoulder: counts the victim's steps between entries by others.
    struct Fair<'a> {
        toy: Lock,
        starver: &'a Starver,
        victim_steps: u32,
        parked: bool,
        entries: u32,
        shortest: u32,
    }

    impl Toy for Fair<'_> {
        fn turn(&self) -> &Turn {
            self.toy.turn()
        }

        fn step(&mut self, process: ProcessId) {
            self.toy.step(process);
            let victim = self.starver.victim();
            let turn = self.toy.turn();
            self.victim_steps += u32::from(process == victim);
            self.parked |= turn.parked.contains(victim);
            let entered = process != victim
                && turn.sections[process.index()] == Section::Critical
                && turn.steps[process.index()] > 0;
            if turn.sections[victim.index()] != Section::Entry {
                self.entries = 0;
            } else if entered && turn.entries.iter().sum::<u32>() > self.entries {
                if self.entries > 0 && !self.parked {
                    self.shortest = self.shortest.min(self.victim_steps);
                }
                self.entries = turn.entries.iter().sum();
                self.victim_steps = 0;
                self.parked = turn.parked.contains(victim);
            }
        }
    }

    #[test]
    fn the_victim_has_its_turn_between_any_two_entries_by_others() {
        for algorithm in [Algorithm::TestAndSet, Algorithm::BusyTicket, Algorithm::Ticket] {
            let mut shortest = u32::MAX;
            for number in 0..90 {
                let mut starver = Starver::starting_at(3, number, 3, BYPASS_MAX);
                // The warm-up is not yet weakly fair: leave it out.
                assert!(starver.begin());
                starver.phase = Phase::Approach;
                let watched = starver.clone();
                let toy = Lock::new(algorithm, 3);
                let mut fair = Fair {
                    toy,
                    starver: &watched,
                    victim_steps: 0,
                    parked: false,
                    entries: 0,
                    shortest: u32::MAX,
                };
                for _ in 0..5_000 {
                    let Some(next) = starver.choose(&Choice::Process(fair.turn())) else { break };
                    fair.step(ProcessId::new(next));
                }
                assert!(fair.shortest >= 12, "execution {number}: {} steps", fair.shortest);
                shortest = shortest.min(fair.shortest);
            }
            let parks = algorithm == Algorithm::Ticket;
            assert_eq!(shortest, if parks { u32::MAX } else { 12 }, "not more than its turn");
        }
    }
}
