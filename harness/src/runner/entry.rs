//! The entry point of a compiled submission.
//!
//! Descriptor 0 is the private channel: one end of a socket pair. One line with the plan comes in,
//! lines with messages go out. What the student's code prints goes to descriptors 1 and 2 and is never
//! taken for a verdict.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use super::examine::{criteria, examine, replay};
use super::plan::{PROTOCOL_VERSION, Plan};
use super::report::{Conclusion, Criterion, Message, Replayed, Report};
use super::watchdog::Watchdog;
use crate::contract::{
    Buffer, Counter, CountingSemaphore, CriticalSection, MesaMonitor, MessagePassing, MessageQueue,
    NamedPipe, ReadWriteLock, RecordPipe, SignalLine, SocketService, Table,
};
use crate::scenario::{
    BufferScenario, CounterScenario, CriticalSectionScenario, MailboxScenario,
    MessageQueueScenario, MonitorScenario, NamedPipeScenario, Preference, ReadersWritersScenario,
    RecordPipeScenario, Scenario, SemaphoreScenario, SignalLineScenario, SocketServiceScenario,
    TableScenario,
};

/// The exit code of a test process that failed, as of std's own test runner.
const TEST_FAILED_EXIT: i32 = 101;

/// A type of solution, with the scenario that drives it.
pub trait Subject {
    /// The scenario.
    fn scenario() -> Box<dyn Scenario>;
}

/// Types of solutions, by their contracts: what the main function of a compiled submission names.
macro_rules! subjects {
    ($($(#[$doc:meta])* $subject:ident of $contract:ident: $scenario:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $subject<S>(std::marker::PhantomData<fn() -> S>);

        impl<S: $contract + 'static> Subject for $subject<S> {
            fn scenario() -> Box<dyn Scenario> {
                Box::new($scenario)
            }
        }
    )*};
}

subjects! {
    /// Solutions of the critical-section problem.
    CriticalSectionSubject of CriticalSection: CriticalSectionScenario::<S>::new();
    /// Solutions of the critical-section problem whose waiting processes sleep.
    MutexSubject of CriticalSection: CriticalSectionScenario::<S>::blocking();
    /// Counting semaphores.
    SemaphoreSubject of CountingSemaphore: SemaphoreScenario::<S>::new();
    /// Monitors.
    MonitorSubject of MesaMonitor: MonitorScenario::<S>::new();
    /// Counters that lose updates.
    CounterSubject of Counter: CounterScenario::<S>::new();
    /// Bounded buffers.
    BufferSubject of Buffer: BufferScenario::<S>::new();
    /// Mailboxes.
    MailboxSubject of MessagePassing: MailboxScenario::<S>::new();
    /// Tables of dining philosophers.
    TableSubject of Table: TableScenario::<S>::new();
    /// Locks for readers and writers that are fair.
    ReadersWritersSubject of ReadWriteLock: ReadersWritersScenario::<S>::new(Preference::Fair);
    /// Locks for readers and writers that prefer readers.
    ReadersFirstSubject of ReadWriteLock: ReadersWritersScenario::<S>::new(Preference::ReadersFirst);
    /// Records through anonymous pipes.
    RecordPipeSubject of RecordPipe: RecordPipeScenario::<S>::new();
    /// Messages with priorities through message queues.
    MessageQueueSubject of MessageQueue: MessageQueueScenario::<S>::new();
    /// Records through named pipes.
    NamedPipeSubject of NamedPipe: NamedPipeScenario::<S>::new();
    /// Messages by signals.
    SignalLineSubject of SignalLine: SignalLineScenario::<S>::new();
    /// Services over sockets.
    SocketServiceSubject of SocketService: SocketServiceScenario::<S>::new();
    /// Locks for readers and writers that prefer writers.
    WritersFirstSubject of ReadWriteLock: ReadersWritersScenario::<S>::new(Preference::WritersFirst);
}

/// The private channel, shared with the watchdog.
#[derive(Clone)]
struct Channel(Arc<Mutex<UnixStream>>);

impl Channel {
    fn send(&self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_string(message)?;
        line.push('\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }
}

/// Reads a plan from descriptor 0, carries it out, and writes the report there.
///
/// Fails, without a report, if descriptor 0 is no socket or the plan cannot be read.
pub fn main<S: Subject>() -> ExitCode {
    match run::<S>() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "harness: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run<S: Subject>() -> io::Result<()> {
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut line)?;
    let plan: Plan = serde_json::from_str(&line)?;
    if plan.version != PROTOCOL_VERSION {
        let text = format!("plan of version {}, expected {PROTOCOL_VERSION}", plan.version);
        return Err(io::Error::other(text));
    }
    let channel = Channel(Arc::new(Mutex::new(stream)));
    let watchdog = watch(&plan, channel.clone());
    let scenario = S::scenario();
    let message = if let Some(scene) = &plan.replay {
        let replayed = replay(&*scenario, scene, &plan.sources);
        Message::Replayed { nonce: plan.nonce.clone(), replayed }
    } else {
        let mut say = |what: &str| {
            // A channel that is gone shows when the report is sent.
            let _ = channel.send(&Message::Doing { what: what.to_owned() });
        };
        let report = examine(&*scenario, &plan, &criteria(&*scenario), &mut say);
        Message::Finished { report }
    };
    watchdog.stop();
    channel.send(&message)
}

/// Starts the watchdog: code that never reaches a preemption point gets its verdict from there.
fn watch(plan: &Plan, channel: Channel) -> Watchdog {
    let (nonce, assignment) = (plan.nonce.clone(), plan.assignment.clone());
    Watchdog::start(move |runaway| {
        let report = Report {
            version: PROTOCOL_VERSION,
            nonce: nonce.clone(),
            assignment: assignment.clone(),
            conclusion: Conclusion::Runaway {
                kind: runaway.kind,
                reason: runaway.reason.clone(),
                site: runaway.site.clone(),
            },
            criteria: Vec::new(),
            profile: None,
            mends: Vec::new(),
        };
        let sent = channel.send(&Message::Finished { report });
        i32::from(sent.is_err())
    })
}

/// Examines a solution within a test of the student's own crate: the same verdicts as in a graded
/// run. Code that runs away ends the whole test process, with a message.
pub fn examine_in_test<S: Subject>(plan: &Plan, criteria: &[Criterion]) -> Report {
    let watchdog = watch_test();
    let report = examine(&*S::scenario(), plan, criteria, &mut |_| ());
    watchdog.stop();
    report
}

/// Shows a counterexample again within a test of the student's own crate.
pub fn replay_in_test<S: Subject>(scene: &str, sources: &BTreeMap<String, String>) -> Replayed {
    let watchdog = watch_test();
    let replayed = replay(&*S::scenario(), scene, sources);
    watchdog.stop();
    replayed
}

fn watch_test() -> Watchdog {
    Watchdog::start(|runaway| {
        let _ = writeln!(io::stderr(), "\nthe code runs away: {}", runaway.sentence());
        TEST_FAILED_EXIT
    })
}
