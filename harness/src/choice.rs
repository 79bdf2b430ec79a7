//! The one door for nondeterminism: the question, the answer, and whoever answers.
//!
//! Everything that the student's code does not determine is a [`Choice`]. Random walks, adversaries,
//! exhaustive search and replay are all implementations of [`Strategy`]; none of them knows what it
//! schedules, and nothing but them is nondeterministic.

use crate::event::{LocationId, Section, WriteId};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// What a process is about to do. It has not happened yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Pending {
    /// Its first step: nothing is known.
    #[default]
    Start,
    /// To read a location.
    Read(LocationId),
    /// To write a location, perhaps reading it too.
    Write(LocationId),
    /// A fence, a pause: nothing that another process could race with.
    Silent,
}

impl Pending {
    /// Whether the two operations race: the same location, and at least one writes.
    pub fn races_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Write(a), Self::Write(b) | Self::Read(b)) | (Self::Read(a), Self::Write(b)) => {
                a == b
            }
            _ => false,
        }
    }
}

/// The state of the scenario at the moment when the next process is to be chosen.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// Who may be chosen. Never empty.
    pub runnable: ProcessSet,
    /// Who spins on values that nobody has changed since; left out of `runnable`.
    pub parked: ProcessSet,
    /// Who took the last step.
    pub previous: Option<ProcessId>,
    /// What each process is about to do.
    pub pending: [Pending; PROCESSES_MAX],
    /// Where each process is in its cycle.
    pub sections: [Section; PROCESSES_MAX],
    /// How often each process has entered its critical section.
    pub entries: [u32; PROCESSES_MAX],
    /// How many operations each process has performed.
    pub steps: [u32; PROCESSES_MAX],
    /// A digest of all on which the future depends, for a strategy that
    /// [tells states apart](Strategy::tells_states_apart); otherwise 0.
    pub state: u128,
}

/// A question with a finite number of answers, `0..arity`.
#[derive(Debug)]
pub enum Choice<'a> {
    /// Which process takes the next step? The answer is the index of a *runnable* process.
    Process(&'a Turn),
    /// Which write does a read take? `candidates` are the legal ones, newest in modification order
    /// first: answer 0 is the latest write. `taken` says of which ones a read-modify-write could
    /// read, but not overwrite them: those of them that are candidates, it takes by failing.
    ReadsFrom {
        /// Who reads.
        process: ProcessId,
        /// The location.
        location: LocationId,
        /// The legal writes, newest first.
        candidates: &'a [WriteId],
        /// Writes that coherence lets a read-modify-write read, but after which it cannot write:
        /// another one has already read them, or (for a weak compare-exchange only) the order of
        /// `SeqCst` operations forbids it. A weak compare-exchange may fail spuriously on them
        /// where a load with its failure ordering may read them; then they are candidates, too,
        /// and [`Choice::Spurious`] is not asked. Newest first; empty for loads.
        taken: &'a [WriteId],
    },
    /// Where does a store go in modification order? `predecessors` are the writes that it may
    /// directly follow, newest first: answer 0 appends.
    Placement {
        /// Who writes.
        process: ProcessId,
        /// The location.
        location: LocationId,
        /// The writes that it may directly follow, newest first.
        predecessors: &'a [WriteId],
    },
    /// Does a weak compare-exchange that could succeed fail spuriously? 0 no, 1 yes.
    Spurious {
        /// Who tries.
        process: ProcessId,
    },
    /// What becomes of a system call, of all that the kernel may do? Answer 0 is [`Fate::Usual`].
    Fate {
        /// Who makes it.
        process: ProcessId,
        /// What may become of it.
        fates: &'a [Fate],
    },
}

/// What may become of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// What it does when nothing else interferes.
    Usual,
    /// A signal interrupts it while it waits.
    Interrupted,
    /// There is no room for what it makes.
    Refused,
    /// Its process dies.
    Dies,
}

impl Fate {
    /// How many there are.
    pub const COUNT: usize = 4;
}

impl Choice<'_> {
    /// The number of possible answers.
    pub fn arity(&self) -> usize {
        match self {
            Self::Process(_) => PROCESSES_MAX,
            Self::ReadsFrom { candidates, .. } => candidates.len(),
            Self::Placement { predecessors, .. } => predecessors.len(),
            Self::Spurious { .. } => 2,
            Self::Fate { fates, .. } => fates.len(),
        }
    }
}

/// An event of the execution graph, as performed: what a strategy that watches needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Performed {
    /// Who.
    pub process: ProcessId,
    /// The event's number among the process's own atomic accesses and fences, from 0. A write of
    /// this event has the [`WriteId`] `(process, index)`.
    pub index: u32,
    /// The location; `None` for a fence.
    pub location: Option<LocationId>,
    /// The write that it read, if it read.
    pub reads_from: Option<WriteId>,
    /// The write that it directly follows in modification order, if it wrote.
    pub follows: Option<WriteId>,
}

/// What becomes of a process that spins: one that has run through its waiting loop once without
/// changing anything, and whose loop is known to go on for ever on the same values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spinning {
    /// It is parked until a location that it read gets a new value.
    Park,
    /// It takes no further step in this execution: another execution, in which its last reads took
    /// other writes, stands for all that it might do later. For exhaustive exploration.
    Halt,
    /// It spins on.
    Run,
}

/// How an execution ended, as a strategy needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every process finished.
    Complete,
    /// Nobody can take a step; some process waits.
    Blocked,
    /// It was cut short: by a limit, by the strategy itself, or by a violation.
    Cut,
}

/// Answers choices, over many executions.
pub trait Strategy {
    /// Prepares another execution; `false` if there is none left.
    fn begin(&mut self) -> bool;

    /// Answers: a number below the arity (for [`Choice::Process`]: the index of a runnable
    /// process), or `None` to abandon the execution. Asked only when there are two answers or
    /// more, unless [`watches`](Strategy::watches).
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize>;

    /// What to do with a process that spins.
    fn spinning(&self) -> Spinning {
        Spinning::Park
    }

    /// Whether those who sleep for the same thing get it in the order in which they came. For
    /// strategies that look for starvation: what the harness lends to a solution must not be what
    /// starves anybody.
    fn serves_in_order(&self) -> bool {
        false
    }

    /// Whether [`Turn::state`] is to say in which state the execution is. Only executions that touch no
    /// memory, and make system calls instead, can say that.
    fn tells_states_apart(&self) -> bool {
        false
    }

    /// Whether it wants to know the state at the next choice of a process, if it tells states apart: to find out
    /// takes longer than a step.
    fn wants_state(&self) -> bool {
        self.tells_states_apart()
    }

    /// Whether to be asked even where there is one answer only, and to be told of every event.
    fn watches(&self) -> bool {
        false
    }

    /// Told of each event of the execution graph, right after it happened, if it watches.
    fn performed(&mut self, event: &Performed) {
        let _ = event;
    }

    /// Told how the execution ended.
    fn end(&mut self, ending: Ending) {
        let _ = ending;
    }
}

/// Whoever a memory or a kernel may ask: a strategy, or something that records its answers.
pub trait Chooser {
    /// Asks; `None` abandons the execution. See [`Strategy::choose`].
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize>;

    /// Whether to ask even where there is only one answer.
    fn watches(&self) -> bool;
}

impl<C: Chooser + ?Sized> Chooser for &mut C {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        (**self).choose(choice)
    }

    fn watches(&self) -> bool {
        (**self).watches()
    }
}
