//! A toy world for the tests of strategies: automata that take atomic steps, without any engine.

use crate::choice::{Choice, Ending, Pending, Strategy, Turn};
use crate::event::{LocationId, Section};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// A scenario whose processes take atomic steps.
pub(super) trait Toy {
    /// The state, as a strategy sees it.
    fn turn(&self) -> &Turn;

    /// A process takes a step.
    fn step(&mut self, process: ProcessId);
}

/// Runs one execution of at most `steps_max` steps.
pub(super) fn run(toy: &mut impl Toy, strategy: &mut impl Strategy, steps_max: u32) -> Ending {
    assert!(strategy.begin(), "the strategy has an execution left");
    let ending = run_begun(toy, strategy, steps_max);
    strategy.end(ending);
    ending
}

fn run_begun(toy: &mut impl Toy, strategy: &mut impl Strategy, steps_max: u32) -> Ending {
    for _ in 0..steps_max {
        let turn = toy.turn();
        let process = match turn.runnable.len() {
            0 if turn.parked.is_empty() => return Ending::Complete,
            0 => return Ending::Blocked,
            1 if !strategy.watches() => turn.runnable.nth(0),
            _ => match strategy.choose(&Choice::Process(turn)) {
                Some(index) => ProcessId::new(index),
                None => return Ending::Cut,
            },
        };
        assert!(toy.turn().runnable.contains(process), "{process} is not runnable");
        toy.step(process);
    }
    Ending::Cut
}

fn all_runnable(processes: usize) -> Turn {
    Turn { runnable: ProcessSet::first(processes), ..Turn::default() }
}

fn count(turn: &mut Turn, process: ProcessId) {
    turn.previous = Some(process);
    turn.steps[process.index()] += 1;
}

/// Each process takes a given number of steps.
pub(super) struct Counters {
    turn: Turn,
    left: Vec<u32>,
    /// Who took each step.
    pub(super) order: Vec<usize>,
}

impl Counters {
    pub(super) fn new(lengths: &[u32]) -> Self {
        let mut counters =
            Self { turn: all_runnable(lengths.len()), left: lengths.to_vec(), order: Vec::new() };
        counters.turn.pending = std::array::from_fn(|own| Pending::Write(LocationId(own as u32)));
        counters
    }

    /// All steps write the same location, instead of one for each process.
    pub(super) fn racing(lengths: &[u32]) -> Self {
        let mut counters = Self::new(lengths);
        counters.turn.pending = [Pending::Write(LocationId(0)); PROCESSES_MAX];
        counters
    }
}

impl Toy for Counters {
    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, process: ProcessId) {
        count(&mut self.turn, process);
        self.order.push(process.index());
        let left = &mut self.left[process.index()];
        *left -= 1;
        if *left == 0 {
            self.turn.runnable.remove(process);
        }
    }
}

/// Two processes that give way to each other: raise a flag; if the other's is up, lower it and try
/// again. No deadlock, but a livelock.
pub(super) struct AfterYou {
    turn: Turn,
    flags: [bool; 2],
    at: [u8; 2],
}

impl AfterYou {
    pub(super) fn new() -> Self {
        Self { turn: all_runnable(2), flags: [false; 2], at: [0; 2] }
    }
}

impl Toy for AfterYou {
    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, process: ProcessId) {
        count(&mut self.turn, process);
        let me = process.index();
        let at = &mut self.at[me];
        match *at {
            0 => (self.flags[me], *at) = (true, 1),
            1 if self.flags[1 - me] => *at = 2,
            1 => {
                self.turn.entries[me] += 1;
                *at = 2;
            }
            _ => (self.flags[me], *at) = (false, 0),
        }
    }
}

/// The locks of [`Lock`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// Swap until the old value is false. A loop with effects: never parked.
    TestAndSet,
    /// Read until it is false, then swap. Parked while it reads true.
    TestTestAndSet,
    /// Take a number, wait for it. Parked while it waits.
    Ticket,
    /// Like the ticket lock, but the wait writes: never parked.
    BusyTicket,
    /// Raise a flag, give way, wait. Two processes; parked while it waits.
    Peterson,
    /// Wait for one's turn. Parked while it waits.
    Alternation,
}

/// Processes that enter and leave a critical section for ever: one step inside, one to leave.
pub(super) struct Lock {
    algorithm: Algorithm,
    processes: usize,
    turn: Turn,
    at: [u8; PROCESSES_MAX],
    number: [u32; PROCESSES_MAX],
    /// The lock, the number being served, or whose turn it is.
    shared: u32,
    next: u32,
    flags: [bool; PROCESSES_MAX],
}

impl Lock {
    pub(super) fn new(algorithm: Algorithm, processes: usize) -> Self {
        Self {
            algorithm,
            processes,
            turn: all_runnable(processes),
            at: [0; PROCESSES_MAX],
            number: [0; PROCESSES_MAX],
            shared: 0,
            next: 0,
            flags: [false; PROCESSES_MAX],
        }
    }

    /// The process finds that it must wait; whether it is parked is found by [`Lock::park`].
    fn may_enter(&self, me: usize) -> bool {
        match self.algorithm {
            Algorithm::TestAndSet | Algorithm::TestTestAndSet => self.shared == 0,
            Algorithm::Ticket | Algorithm::BusyTicket => self.number[me] == self.shared,
            Algorithm::Peterson => !self.flags[1 - me] || self.shared as usize == me,
            Algorithm::Alternation => self.shared as usize == me,
        }
    }

    /// Before which steps the process waits.
    fn waits_at(&self) -> u8 {
        match self.algorithm {
            Algorithm::TestAndSet | Algorithm::TestTestAndSet | Algorithm::Alternation => 0,
            Algorithm::Ticket | Algorithm::BusyTicket => 1,
            Algorithm::Peterson => 2,
        }
    }

    fn enter(&mut self, me: usize) {
        self.turn.sections[me] = Section::Critical;
        self.turn.entries[me] += 1;
        self.at[me] = 10;
    }

    fn step_in_entry(&mut self, me: usize) {
        match (self.algorithm, self.at[me]) {
            (Algorithm::TestAndSet, _) => {
                let free = std::mem::replace(&mut self.shared, 1) == 0;
                if free {
                    self.enter(me);
                }
            }
            (Algorithm::TestTestAndSet, 0) if self.shared == 0 => self.at[me] = 1,
            (Algorithm::TestTestAndSet, 0) => {}
            (Algorithm::TestTestAndSet, _) => {
                self.at[me] = 0;
                if std::mem::replace(&mut self.shared, 1) == 0 {
                    self.enter(me);
                }
            }
            (Algorithm::Ticket | Algorithm::BusyTicket, 0) => {
                self.number[me] = self.next;
                self.next += 1;
                self.at[me] = 1;
            }
            (Algorithm::Peterson, 0) => (self.flags[me], self.at[me]) = (true, 1),
            (Algorithm::Peterson, 1) => (self.shared, self.at[me]) = (1 - me as u32, 2),
            _ if self.may_enter(me) => self.enter(me),
            _ => {}
        }
    }

    /// Parks whoever waits for something that is not so; wakes the others.
    fn park(&mut self) {
        if matches!(self.algorithm, Algorithm::TestAndSet | Algorithm::BusyTicket) {
            return;
        }
        for process in ProcessId::all(self.processes) {
            let me = process.index();
            let waits = self.turn.sections[me] == Section::Entry
                && self.at[me] == self.waits_at()
                && !self.may_enter(me)
                && (self.turn.previous == Some(process) || self.turn.parked.contains(process));
            if waits {
                self.turn.runnable.remove(process);
                self.turn.parked.insert(process);
            } else {
                self.turn.runnable.insert(process);
                self.turn.parked.remove(process);
            }
        }
    }
}

impl Toy for Lock {
    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, process: ProcessId) {
        count(&mut self.turn, process);
        let me = process.index();
        match self.turn.sections[me] {
            Section::Remainder => (self.turn.sections[me], self.at[me]) = (Section::Entry, 0),
            Section::Entry => self.step_in_entry(me),
            Section::Critical => self.turn.sections[me] = Section::Exit,
            Section::Exit => {
                self.turn.sections[me] = Section::Remainder;
                match self.algorithm {
                    Algorithm::TestAndSet | Algorithm::TestTestAndSet => self.shared = 0,
                    Algorithm::Ticket | Algorithm::BusyTicket => self.shared += 1,
                    Algorithm::Peterson => self.flags[me] = false,
                    Algorithm::Alternation => {
                        self.shared = (self.shared + 1) % self.processes as u32;
                    }
                }
            }
        }
        self.park();
    }
}
