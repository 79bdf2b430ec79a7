//! How an execution is run, and how it ends.

use std::sync::atomic::Ordering;

use crate::event::{LocationId, Site};
use crate::kernel::Config;
use crate::memory::Model;
use crate::process::{ProcessId, ProcessSet};

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Every process did all it had to do.
    Complete,
    /// Nobody can take a step any more.
    Blocked {
        /// Who waits.
        waiting: ProcessSet,
        /// Whether they wait for ever: each would read the same values again. Otherwise this
        /// execution only stands for the beginning of others.
        for_ever: bool,
    },
    /// It took as many operations as it may.
    StepLimit,
    /// The strategy gave it up.
    Abandoned,
    /// The observer ended it.
    Stopped,
    /// Two processes accessed non-atomic data without an order between them.
    DataRace(DataRace),
    /// A process left a guard that it was not in.
    Misused(Misuse),
    /// The code of `process` panicked.
    Panicked {
        /// Whose code; `None` while the shared value was made.
        process: Option<ProcessId>,
        /// The message.
        message: String,
        /// Where, as `file:line`.
        site: String,
    },
}

/// A data race: two accesses to non-atomic data, at least one a write, neither happens before the
/// other ([intro.races] 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataRace {
    /// Who came second in this execution.
    pub process: ProcessId,
    /// Who came first.
    pub other: ProcessId,
    /// Whether the second access writes.
    pub writes: bool,
    /// Whether the first access wrote.
    pub other_writes: bool,
    /// The second access.
    pub site: Site,
    /// The data.
    pub location: LocationId,
}

/// A process left a [`Guard`](crate::shim::Guard) that it was not in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// Who.
    pub process: ProcessId,
    /// Who was in it, if anybody was.
    pub holder: Option<ProcessId>,
    /// Where.
    pub site: Site,
}

/// A stronger ordering to try at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// The call site.
    pub site: Site,
    /// The method called there.
    pub method: &'static str,
    /// The ordering written there.
    pub written: Ordering,
    /// The ordering to use instead.
    pub instead: Ordering,
}

/// What solutions may use beside atomics: the primitives that block. A solution to one layer of the course
/// is to be built from what lies below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a loan of its own")]
pub struct Loans {
    /// Shared memory: atomics and cells. Processes that pass messages have none.
    pub memory: bool,
    /// `park`, `unpark` and the futex.
    pub sleep: bool,
    /// The guard.
    pub guard: bool,
    /// The harness's own semaphore.
    pub permits: bool,
    /// The harness's own condition.
    pub condition: bool,
    /// By what messages may be passed, where there is a kernel.
    pub means: Means,
}

/// What the kernel has to pass messages by. A solution of one is to be built of that one; signals may be sent in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Whatever there is.
    Any,
    /// Anonymous pipes.
    Pipe,
    /// FIFOs; and anonymous pipes, which processes that have nothing in common cannot share.
    NamedPipe,
    /// Signals only.
    Signal,
    /// Message queues.
    Queue,
    /// Sockets.
    Socket,
}

impl Means {
    /// Whether a solution that is lent these may make use of `other`.
    pub fn include(self, other: Self) -> bool {
        self == Self::Any || self == other || (self, other) == (Self::NamedPipe, Self::Pipe)
    }
}

impl Loans {
    /// Everything.
    pub const ALL: Self = Self {
        memory: true,
        sleep: true,
        guard: true,
        permits: true,
        condition: true,
        means: Means::Any,
    };
    /// Memory only: whoever waits spins.
    pub const NONE: Self =
        Self { sleep: false, guard: false, permits: false, condition: false, ..Self::ALL };
    /// System calls only.
    pub const CALLS: Self = Self { memory: false, ..Self::NONE };

    /// System calls only, and of what passes messages these.
    pub const fn calls(means: Means) -> Self {
        Self { means, ..Self::CALLS }
    }
}

/// How an execution is run, beside its strategy.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The memory model.
    pub model: Model,
    /// Operations after which it ends with [`Outcome::StepLimit`].
    pub steps_max: u32,
    /// Whether accesses are told to the observer as events.
    pub traced: bool,
    /// Orderings to replace.
    pub overrides: Vec<Override>,
    /// What the solution may use.
    pub loans: Loans,
    /// The machine that it runs on, if it makes system calls. Process 0 is there in the beginning; the others
    /// are its children.
    pub machine: Option<Config>,
}
