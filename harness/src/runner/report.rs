//! What was measured: the output of a run, as the grader reads it.
//!
//! It holds measurements and evidence, never points: whether a violation costs something is the
//! rubric's business. These are wire types; the domain types of the other rooms are not serialised.

use serde::{Deserialize, Serialize};

/// One line of the run's private channel. A run that ends without [`Message::Finished`] has no
/// verdict and is never a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum Message {
    /// The run is about to do this: if it dies, this is where.
    Doing {
        /// Such as `mutual exclusion, C++20 memory, exhaustive, 2 processes`.
        what: String,
    },
    /// The run is complete.
    Finished {
        /// All measurements.
        report: Report,
    },
    /// The counterexample that the plan asked for was run again.
    Replayed {
        /// The plan's nonce.
        nonce: String,
        /// What it shows.
        replayed: Replayed,
    },
}

/// What became of a replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "replayed", rename_all = "snake_case")]
pub enum Replayed {
    /// The schedule was run; this is what happened.
    Shown {
        /// How the execution ended, in words.
        ending: String,
        /// Whether mutual exclusion held in it, for the processes and their data.
        excludes: bool,
        /// The lane diagram.
        drawing: String,
        /// The steps.
        steps: Vec<WitnessStep>,
    },
    /// This code has no such execution, or one in which all is well.
    Gone {
        /// Which of the two.
        reason: String,
    },
    /// The schedule cannot be run at all.
    Impossible {
        /// Why.
        reason: String,
    },
}

/// All measurements of one submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`PROTOCOL_VERSION`](super::PROTOCOL_VERSION).
    pub version: u32,
    /// The plan's nonce.
    pub nonce: String,
    /// The assignment's name.
    pub assignment: String,
    /// How the examination ended.
    pub conclusion: Conclusion,
    /// For each criterion, the verdict under each memory. Complete only after
    /// [`Conclusion::Examined`].
    pub criteria: Vec<CriterionReport>,
    /// What the solution is made of; none if the examination did not come to that.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Stronger orderings that would mend a solution whose algorithm is right, found by trying.
    pub mends: Vec<Mend>,
}

/// What a solution is made of: no criterion, but what the course's table shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How its processes wait; `None` if nobody was seen waiting.
    pub waiting: Option<Waiting>,
    /// The methods of shared variables that it calls, sorted: `compare_exchange`, `load`, `park`, …
    pub methods: Vec<String>,
}

/// How those wait who cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// They take steps all the while.
    Busy,
    /// They sleep.
    Asleep,
}

/// How an examination ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "conclusion", rename_all = "snake_case")]
pub enum Conclusion {
    /// Every criterion has its verdicts.
    Examined,
    /// The code says `todo!()` or `unimplemented!()`.
    NotImplemented {
        /// Where, `file:line`.
        site: String,
    },
    /// The code panicked.
    Panicked {
        /// The panic message.
        panic: String,
        /// Where, `file:line`.
        site: String,
        /// The execution in which it did, as [`Witness::replay`] has it, unless it was before any.
        replay: Option<String>,
    },
    /// The harness itself failed: nobody's fault but ours.
    Fault {
        /// How.
        what: String,
    },
    /// The code ran on without ever reaching a preemption point, or overflowed its stack.
    Runaway {
        /// Which of the two it did.
        kind: RunawayKind,
        /// The same in words, with the process and its section.
        reason: String,
        /// The last preemption point before it in that section, `file:line`, if there was one.
        site: Option<String>,
    },
}

/// How code can run away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunawayKind {
    /// It went on without a preemption point.
    Endless,
    /// It used up its stack.
    StackOverflow,
}

/// A criterion: the three of the course, and those that only some contracts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// At most one inside, and what it wrote is visible to the next.
    MutualExclusion,
    /// Somebody gets in.
    Progress,
    /// Everybody gets in.
    BoundedWaiting,
    /// Whoever waits sleeps: only of contracts that block.
    BusyWaiting,
    /// Whoever releases what it does not hold changes nothing: only of contracts with an owner.
    Ownership,
    /// Those are preferred who are to be: only of readers and writers.
    Preference,
    /// What may happen is foretold: only of the race condition.
    Prediction,
}

/// A criterion's verdict under both memories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionReport {
    /// Which.
    pub criterion: Criterion,
    /// Under Rust's memory model, which is that of C++20: what the mark depends on.
    pub cpp20: Verdict,
    /// Under sequential consistency, with every access taken as `SeqCst`.
    pub sequential: Verdict,
}

/// Whether a criterion holds, and how we know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Not violated in anything that was run; the evidence says what that was.
    Upheld {
        /// Each exploration that found nothing.
        evidence: Vec<Evidence>,
        /// Bounded waiting: the most entries by others while one process waited.
        bypass: Option<u32>,
        /// Bounded waiting, by number of processes: after how many own steps of the entry section
        /// the bound holds even if the process then stands still, if it ever does.
        doorway: Option<Doorway>,
    },
    /// Violated, with the proof.
    Violated {
        /// The witness.
        witness: Witness,
    },
    /// Neither shown nor refuted.
    Unknown {
        /// Why, in words.
        reason: String,
    },
}

/// One exploration that found no violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The strategy: `exhaustive`, `random`, `pct`, `pos`, `lockstep`, `starving adversary`, …
    pub strategy: String,
    /// How many processes.
    pub processes: usize,
    /// How often each process entered, at most.
    pub entries: u32,
    /// Executions that completed (for `exhaustive`: distinct execution graphs).
    pub executions: u64,
    /// Distinct execution graphs in which a waiting loop did not get the value it waits for.
    pub blocked: u64,
    /// Whether these were all the executions that there are within the bounds.
    pub complete: bool,
}

/// The doorway that was inferred (Lamport 1974): a bounded prefix of the entry section after which
/// the number of bypasses is bounded even if the process is then frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doorway {
    /// Its length in own operations.
    pub steps: u32,
    /// The most entries by others from there on.
    pub bypass: u32,
}

/// The proof of a violation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// What kind of violation it is.
    pub kind: WitnessKind,
    /// Why it is one, in the words of the course.
    pub reason: String,
    /// How many processes take part.
    pub processes: usize,
    /// How often each process enters in this scenario.
    pub entries: Vec<u32>,
    /// The memory under which it happens: `cpp20`, `sequential`, or `strong` (`sequential` as
    /// execution graphs).
    pub memory: String,
    /// The schedule that shows it, in its text form.
    pub schedule: String,
    /// Memory, scenario and schedule in one word without blanks: what `grader replay` reads.
    pub replay: String,
    /// The lane diagram, as plain text.
    pub drawing: String,
    /// The steps, for reports that draw it themselves.
    pub steps: Vec<WitnessStep>,
}

/// The kinds of violation, each with the criterion it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WitnessKind {
    /// Mutual exclusion: two processes inside at once, whose entry sections overlapped in time.
    Overlap,
    /// Mutual exclusion: a process asked when another was already inside, and got in.
    OpenDoor,
    /// Mutual exclusion: never two at once, but what one wrote inside is not visible to the next.
    NotVisible,
    /// Mutual exclusion: the solution's own non-atomic data is accessed in a data race.
    DataRace,
    /// Mutual exclusion: `wait` of a semaphore returned without a permit.
    NoPermit,
    /// Mutual exclusion: a counter has another value than the number of its increments.
    LostUpdate,
    /// Mutual exclusion: a counter is wrong although one process increments after the other.
    Miscounted,
    /// Mutual exclusion: `wait` on a condition returned, although nobody signalled it.
    Unprompted,
    /// Mutual exclusion: more is inside of a buffer or a mailbox than there is room for.
    Overfull,
    /// Mutual exclusion: an item or a message was taken that was not there, or twice, or not as it was.
    Corrupted,
    /// Mutual exclusion: items or messages were taken in another order than the announced one.
    OutOfOrder,
    /// Integrity of messages: what was received was never sent so.
    Damaged,
    /// Integrity of messages: one was received twice.
    ReceivedTwice,
    /// Integrity of messages: one was sent, and the end came without it.
    Lost,
    /// Integrity of messages: the end was announced, and there was more to come.
    EarlyEnd,
    /// Integrity of messages: a call of the contract failed without a reason.
    CallFailed,
    /// Integrity of messages: a signal killed a process that was to live on.
    Killed,
    /// Mutual exclusion: a message was received by a process for which it was not, or that had asked for
    /// those of another one.
    Misdelivered,
    /// Mutual exclusion: a call that does not wait, or one that is told of the end, was told what is not so.
    FalseAnswer,
    /// Mutual exclusion: a guard was left by a process that was not in it.
    Misuse,
    /// Progress: nobody gets in because a process in its remainder section does not help.
    NeedsRemainder,
    /// Progress: a process that is alone does not get in.
    Solo,
    /// Progress: somebody waits for ever for what nobody will do.
    Stuck,
    /// Progress: a process sleeps for ever, as nobody wakes it.
    LostWakeup,
    /// Progress: a process was woken before what it waits for was there, and sleeps again, for ever.
    EarlyWakeup,
    /// Progress: a fair cycle of steps goes on for ever without an entry.
    Livelock,
    /// Progress: `exit_section` does not return.
    ExitWaits,
    /// Bounded waiting: a cycle in which others enter again and again while one waits.
    Starvation,
    /// Busy waiting: a process takes steps without end where it ought to sleep.
    BusyWaiting,
    /// Ownership: a process that is not inside called `exit_section`, and so let another one in, or kept all out.
    ForeignRelease,
    /// Preference: somebody is let in, or kept waiting, who should not be.
    WrongPreference,
    /// Preference: those who could be inside together never are.
    NeverTogether,
    /// Prediction: a value is foretold that cannot be.
    Impossible,
    /// Prediction: a value that can be is not foretold.
    Missing,
}

impl WitnessKind {
    /// The criterion that it violates.
    pub const fn criterion(self) -> Criterion {
        match self {
            Self::Overlap
            | Self::OpenDoor
            | Self::NotVisible
            | Self::DataRace
            | Self::NoPermit
            | Self::LostUpdate
            | Self::Miscounted
            | Self::Unprompted
            | Self::Overfull
            | Self::Corrupted
            | Self::OutOfOrder
            | Self::Damaged
            | Self::ReceivedTwice
            | Self::Lost
            | Self::EarlyEnd
            | Self::CallFailed
            | Self::Killed
            | Self::Misdelivered
            | Self::FalseAnswer
            | Self::Misuse => Criterion::MutualExclusion,
            Self::NeedsRemainder
            | Self::Solo
            | Self::Stuck
            | Self::LostWakeup
            | Self::EarlyWakeup
            | Self::Livelock
            | Self::ExitWaits => Criterion::Progress,
            Self::Starvation => Criterion::BoundedWaiting,
            Self::BusyWaiting => Criterion::BusyWaiting,
            Self::ForeignRelease => Criterion::Ownership,
            Self::WrongPreference | Self::NeverTogether => Criterion::Preference,
            Self::Impossible | Self::Missing => Criterion::Prediction,
        }
    }
}

/// One step of a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessStep {
    /// Its number in the drawing; none if it passes the border of a section.
    pub number: Option<u32>,
    /// The process's number.
    pub process: usize,
    /// What it did: `flag[0].store(true, Release)`, `enters its critical section`, …
    pub text: String,
    /// `file` of the student's source, if the step stands there.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// Why it is surprising, such as a stale read; empty if it is not.
    pub note: String,
}

/// A stronger ordering at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mend {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, from 1: there may be several such calls in a line.
    pub column: u32,
    /// What the method is called on, as it is written there, such as `self.flag[other]`; none for
    /// a fence.
    pub variable: Option<String>,
    /// The method called there.
    pub method: String,
    /// The ordering that stands there.
    pub from: String,
    /// The ordering that mends it (together with the other mends).
    pub to: String,
}
