//! The words in which the tables say what must be measured of a solution: a verdict on each criterion
//! under each memory, and the profiles that several assignments share.

use harness::runner::Criterion;
use harness::runner::WitnessKind::{
    self, BusyWaiting, NotVisible, OpenDoor, Overlap, Solo, Starvation, Stuck,
};

/// The verdicts on the three criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// At most one inside, and what it wrote is visible to the next.
    pub mutual_exclusion: Both,
    /// Somebody gets in.
    pub progress: Both,
    /// Everybody gets in.
    pub bounded_waiting: Both,
    /// The criteria that only some contracts have; those that are not named here are upheld.
    pub others: &'static [(Criterion, Both)],
    /// The largest bypass, where bounded waiting is upheld under both memories and it is known.
    pub bypass: Option<Bypass>,
}

/// The verdicts on one criterion under the two memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both {
    /// Under Rust's memory model, which is that of C++20.
    pub cpp20: Expectation,
    /// Under sequential consistency, every access taken as `SeqCst`.
    pub sequential: Expectation,
}

/// The verdict on one criterion under one memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It holds.
    Upheld,
    /// It does not hold, and the witness is of one of these kinds.
    Violated(&'static [WitnessKind]),
    /// It is not violated, but there may be nothing to uphold it with: upheld or unknown, and why.
    NotViolated(&'static str),
    /// The definitions leave it open; any verdict will do, and why.
    Open(&'static str),
}

/// The largest number of entries by others while one process waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// Each of the others goes first once: n-1.
    Others,
    /// This many.
    Exactly(u32),
}

impl Bypass {
    /// The number, for `processes` processes.
    pub const fn among(self, processes: usize) -> u32 {
        match self {
            Self::Others => processes as u32 - 1,
            Self::Exactly(bypass) => bypass,
        }
    }
}

impl Expected {
    /// What is expected of one criterion.
    pub fn of(&self, criterion: Criterion) -> Both {
        match criterion {
            Criterion::MutualExclusion => self.mutual_exclusion,
            Criterion::Progress => self.progress,
            Criterion::BoundedWaiting => self.bounded_waiting,
            other => {
                let named = self.others.iter().find(|(criterion, _)| *criterion == other);
                named.map_or(UPHELD, |(_, both)| *both)
            }
        }
    }

    pub(super) const fn mutual_exclusion(self, mutual_exclusion: Both) -> Self {
        Self { mutual_exclusion, ..self }
    }

    pub(super) const fn progress(self, progress: Both) -> Self {
        Self { progress, ..self }
    }

    /// Of criteria that only some contracts have.
    pub(super) const fn others(self, others: &'static [(Criterion, Both)]) -> Self {
        Self { others, ..self }
    }

    /// Also forgets the bypass, which would be that of another solution.
    pub(super) const fn bounded_waiting(self, bounded_waiting: Both) -> Self {
        Self { bounded_waiting, bypass: None, ..self }
    }

    pub(super) const fn bypass(self, bypass: Bypass) -> Self {
        Self { bounded_waiting: UPHELD, bypass: Some(bypass), ..self }
    }
}

pub(super) const UPHELD: Both =
    Both { cpp20: Expectation::Upheld, sequential: Expectation::Upheld };

/// Violated whatever the memory: the algorithm is wrong.
pub(super) const fn always(kinds: &'static [WitnessKind]) -> Both {
    Both { cpp20: Expectation::Violated(kinds), sequential: Expectation::Violated(kinds) }
}

/// Violated under C++20 only: the orderings are too weak.
pub(super) const fn weakly(kinds: &'static [WitnessKind]) -> Both {
    Both { cpp20: Expectation::Violated(kinds), sequential: Expectation::Upheld }
}

pub(super) const fn open(why: &'static str) -> Both {
    Both { cpp20: Expectation::Open(why), sequential: Expectation::Open(why) }
}

pub(super) const fn not_violated(why: &'static str) -> Both {
    Both { cpp20: Expectation::NotViolated(why), sequential: Expectation::NotViolated(why) }
}

/// Upheld under sequential consistency; under C++20 exclusion is already lost.
pub(super) const fn sequentially(cpp20: Expectation) -> Both {
    Both { cpp20, sequential: Expectation::Upheld }
}

/// All three criteria, and each of the others goes first once.
pub(super) const FAIR: Expected = Expected {
    mutual_exclusion: UPHELD,
    progress: UPHELD,
    bounded_waiting: UPHELD,
    others: &[],
    bypass: Some(Bypass::Others),
};
/// Two criteria, and whoever is slow may wait for ever.
pub(super) const UNFAIR: Expected = FAIR.bounded_waiting(always(&[Starvation]));

const NOBODY_ENTERS: &str = "nobody ever enters";
/// Nobody gets in, so that nothing else can be measured.
pub(super) const STANDS_STILL: Expected = FAIR
    .mutual_exclusion(not_violated(NOBODY_ENTERS))
    .progress(always(&[Solo, Stuck]))
    .bounded_waiting(not_violated(NOBODY_ENTERS));

/// Nothing excludes anybody.
pub(super) const LETS_ALL_IN: Both = always(&[OpenDoor, Overlap]);
/// Orderings that are too weak show themselves in any of these.
pub(super) const EITHER_WAY: &[WitnessKind] = &[Overlap, OpenDoor, NotVisible];
/// One inside at a time, and the next one need not see what it wrote.
pub(super) const NOT_VISIBLE: Both = weakly(&[NotVisible]);
/// It waits by taking steps.
pub(super) const WAITS_BUSILY: &[(Criterion, Both)] =
    &[(Criterion::BusyWaiting, always(&[BusyWaiting]))];

pub(super) const UNDEFINED: &str = "a program with a data race has no meaning";
/// Numbers were lost.
pub(super) const MISCOUNTED: &str = "with numbers that are wrong anything may happen";
