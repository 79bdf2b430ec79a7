//! What follows for a criterion, and on what evidence.

use super::prediction::Misprediction;
use crate::engine::Misuse;
use crate::exploration::{Exploration, Setup};
use crate::oracle::{Breach, Overlap};
use crate::process::{ProcessId, ProcessSet};
use crate::trace::Schedule;

pub use crate::strategy::Doorway;

/// Whether a criterion holds. *Violated* before *unknown* before *upheld*; unknown is no pass.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Not violated in anything that was run.
    Upheld {
        /// What was run.
        evidence: Vec<Evidence>,
        /// Bounded waiting: the largest bypass found.
        bypass: Option<u32>,
        /// Bounded waiting: the doorway that was inferred.
        doorway: Option<Doorway>,
    },
    /// Violated, with the proof.
    Violated(Box<Violation>),
    /// Foretold wrongly: what is wrong, with proofs.
    Foretold(Box<Misprediction>),
    /// Neither shown nor refuted: why.
    Unknown(String),
}

impl Verdict {
    /// Whether it is a violation.
    pub const fn is_violated(&self) -> bool {
        matches!(self, Self::Violated(_) | Self::Foretold(_))
    }
}

/// One exploration that found no violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The strategy's name.
    pub strategy: &'static str,
    /// How many processes.
    pub processes: usize,
    /// How often each entered, at most.
    pub entries: u32,
    /// Executions that completed.
    pub executions: u64,
    /// Executions in which somebody waited in the end.
    pub blocked: u64,
    /// Whether these are all executions within the bounds.
    pub complete: bool,
}

impl Evidence {
    pub(super) fn sampled<B>(
        strategy: &'static str,
        processes: usize,
        entries: u32,
        found: &Exploration<B>,
    ) -> Self {
        Self {
            strategy,
            processes,
            entries,
            executions: found.complete + found.blocked,
            blocked: 0,
            complete: false,
        }
    }

    pub(super) fn exhaustive<B>(processes: usize, entries: u32, found: &Exploration<B>) -> Self {
        Self {
            strategy: "exhaustive",
            processes,
            entries,
            executions: found.complete,
            blocked: found.blocked,
            complete: found.exhausted,
        }
    }
}

/// Two readers, and perhaps a writer that waits for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Who was inside first.
    pub holder: ProcessId,
    /// Who came then.
    pub newcomer: ProcessId,
    /// Who waited meanwhile.
    pub writer: Option<ProcessId>,
}

/// The kinds of violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two inside: they slipped in together.
    Overlap(Overlap),
    /// Two inside: one asked when the other was inside, with nothing else going on, and got in.
    OpenDoor(Overlap),
    /// Another rule of the contract was broken.
    Broken(Breach),
    /// A guard was left by one who was not in it.
    Misuse(Misuse),
    /// Never two inside, but the datum is accessed in a data race.
    NotVisible,
    /// The solution's own non-atomic data is accessed in a data race.
    DataRace,
    /// These wait for somebody who rests in the remainder section.
    NeedsRemainder(ProcessSet),
    /// One process, alone, waits for ever.
    Solo(ProcessSet),
    /// These wait for ever.
    Stuck(ProcessSet),
    /// These sleep for ever, though what they wait for is there: nobody wakes them.
    LostWakeup(ProcessSet),
    /// These sleep for ever: they were woken before what they wait for was there, and slept again.
    EarlyWakeup(ProcessSet),
    /// A fair cycle without progress.
    Livelock(ProcessSet),
    /// `exit_section` of one of these does not return.
    ExitWaits(ProcessSet),
    /// This one waits, and goes on taking steps instead of sleeping.
    BusyWaiting(ProcessId),
    /// A cycle in which others enter while one of these waits.
    Starvation(ProcessSet),
    /// A reader does not get in while another one is inside; nor does any other one ever.
    NeverTogether(Meeting),
    /// A reader is kept waiting that should get in.
    KeptOut(Meeting),
    /// A reader gets in before a writer that should go first.
    LetIn(Meeting),
}

/// The proof of a violation.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What kind.
    pub kind: Kind,
    /// The scenario.
    pub setup: Setup,
    /// The schedule that shows it; with a loop, if it goes on for ever in a cycle.
    pub schedule: Schedule,
}
