//! Situations: what the processes do around a contract, and what is asked of it there.

use crate::oracle::Rule;
use crate::process::{ProcessId, ProcessSet};

/// One way to exercise a contract.
#[derive(Debug)]
pub struct Situation {
    /// Its name, in schedules and in reports.
    pub name: &'static str,
    /// In words: `two processes meet`.
    pub title: &'static str,
    /// What must never happen in it.
    pub rule: Rule,
    /// Who does what.
    pub cast: Cast,
    /// What it is there to show.
    pub asks: Asks,
    /// Whether a panic is a good answer: to a call that breaks the contract.
    pub may_panic: bool,
}

impl Situation {
    /// Whether several may be inside together, so that one who stays there keeps some waiting while others
    /// come and go.
    pub const fn is_shared(&self) -> bool {
        matches!(self.rule, Rule::Neighbours { .. } | Rule::ReadersWriters)
    }
}

/// Who does what in a situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// All processes do the same, in any number; each may also rest for ever, or ask more often than
    /// others.
    Equals,
    /// The same, in exactly this number: where who meets whom depends on it.
    EqualsOf(usize),
    /// Each process has its own part. Nobody rests, and all have their parts equally often. The number
    /// of processes is at least `from` and at most `to`.
    Parts {
        /// The fewest processes.
        from: usize,
        /// The most.
        to: usize,
    },
}

impl Cast {
    /// Whether all processes do the same.
    pub const fn is_equal(self) -> bool {
        matches!(self, Self::Equals | Self::EqualsOf(_))
    }

    /// Whether the situation can be had with so many processes.
    pub const fn admits(self, processes: usize) -> bool {
        match self {
            Self::Equals => true,
            Self::EqualsOf(number) => number == processes,
            Self::Parts { from, to } => from <= processes && processes <= to,
        }
    }
}

/// Who is to be preferred: readers, writers, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// Nobody: each is served in the end.
    Fair,
    /// Readers: they get in while readers are inside, whoever waits.
    ReadersFirst,
    /// Writers: if one waits, no reader gets in that asks later.
    WritersFirst,
}

/// Whose waiting is to be bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Victims {
    /// Everybody's.
    #[default]
    All,
    /// That of process 0.
    First,
    /// That of all processes but 0.
    Others,
}

impl Victims {
    /// They, among so many processes.
    pub fn among(self, processes: usize) -> ProcessSet {
        let first = ProcessSet::only(ProcessId::new(0));
        match self {
            Self::All => ProcessSet::first(processes),
            Self::First => first,
            Self::Others => ProcessSet::first(processes).difference(first),
        }
    }
}

/// The criteria for which a situation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for or not, whatever the others")]
pub struct Asks {
    /// Does its rule hold?
    pub safety: bool,
    /// Does everybody finish?
    pub progress: bool,
    /// Is nobody overtaken without bound? Each then has its part without end.
    pub fairness: bool,
    /// Who is nobody, in that question.
    pub victims: Victims,
    /// Do those who wait sleep?
    pub sleep: bool,
    /// Does nobody wait for a guard in which another one is as long as it is inside? The guard of a
    /// lower layer is held for a few steps only: what waits for it may spin.
    pub brief_guard: bool,
    /// Does its rule hold with nobody interfering, one process after the other?
    pub serial: bool,
    /// Is it foretold what may come of it? It runs code of the harness's own.
    pub prediction: bool,
    /// Does its rule hold, and does everybody finish, though somebody releases what it does not hold?
    pub ownership: bool,
    /// Are those preferred who are to be?
    pub preference: Option<Preference>,
    /// Is it one of many that are alike, of which a few executions are looked at?
    pub is_small: bool,
}

impl Asks {
    /// Nothing.
    pub const NOTHING: Self = Self {
        safety: false,
        progress: false,
        fairness: false,
        victims: Victims::All,
        sleep: false,
        brief_guard: false,
        serial: false,
        prediction: false,
        ownership: false,
        preference: None,
        is_small: false,
    };
}
