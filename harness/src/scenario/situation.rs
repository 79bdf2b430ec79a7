//! Situations: what the processes do around a contract, and what is asked of it there.

use crate::oracle::Rule;

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

/// Who does what in a situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// All processes do the same, in any number; each may also rest for ever, or ask more often than
    /// others.
    Equals,
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
    /// Whether the situation can be had with so many processes.
    pub const fn admits(self, processes: usize) -> bool {
        match self {
            Self::Equals => true,
            Self::Parts { from, to } => from <= processes && processes <= to,
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
    /// Is nobody overtaken without bound? Only for [`Cast::Equals`].
    pub fairness: bool,
    /// Do those who wait sleep?
    pub sleep: bool,
    /// Does nobody wait for a guard in which another one is as long as it is inside? The guard of a
    /// lower layer is held for a few steps only: what waits for it may spin.
    pub brief_guard: bool,
    /// Does its rule hold though somebody releases what it does not hold?
    pub ownership: bool,
}

impl Asks {
    /// Nothing.
    pub const NOTHING: Self = Self {
        safety: false,
        progress: false,
        fairness: false,
        sleep: false,
        brief_guard: false,
        ownership: false,
    };
}
