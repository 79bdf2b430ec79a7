//! One run of a compiled submission. The plan goes in and the messages come out over a private
//! channel, one end of a socket pair that the run gets as its descriptor 0; what the submission
//! prints goes elsewhere and is never taken for a verdict. A run counts as complete only with exactly
//! one report that repeats the plan's nonce, nothing after it, and a clean exit.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use harness::runner::{Message, Plan, Replayed, Report};

use crate::failure::Failure;
use crate::sandbox::{self, Ended, Killed, LAUNCH_FAILED, Limits};

/// What a run may use. The examination itself is bounded in executions and steps; these limits are
/// for what goes wrong.
pub(crate) const fn limits(cpu_seconds: u64) -> Limits {
    Limits {
        cpu_seconds,
        memory_bytes: 2 << 30,
        file_bytes: 1 << 20,
        files: 64,
        output_bytes: 10 << 20,
        output_kept: 64 << 10,
        wall: Duration::from_secs(300 + 10 * cpu_seconds),
    }
}

/// The most that comes over the private channel.
const CHANNEL_BYTES_MAX: u64 = 64 << 20;

/// How a run ended.
#[derive(Debug)]
pub(crate) enum RunEnd {
    /// With a complete report.
    Complete(Box<Report>),
    /// Without one.
    Incomplete(Incomplete),
}

/// A run without a verdict.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incomplete {
    /// Why there is none.
    pub(crate) cause: Cause,
    /// What the run was about to do when it last said so.
    pub(crate) doing: Option<String>,
    /// The beginning of what the submission wrote to standard error.
    pub(crate) stderr: String,
}

/// Why a run has no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It used up its processor time.
    CpuLimit,
    /// It used up its memory.
    MemoryLimit,
    /// It wrote without end.
    Flood,
    /// It was killed by a signal of its own making.
    Signal(i32),
    /// It ended with this exit code.
    Exit(i32),
    /// What came over the private channel is not what a run says.
    Channel(String),
    /// Ours: it could not be started, or the machine did not let it run.
    Ours(String),
    /// Ctrl-C.
    Interrupted,
}

/// A nonce that no other run has.
pub(crate) fn nonce() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(|error| Failure::environment(format!("cannot read /dev/urandom: {error}")))?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

/// Runs `program` through `plan`.
pub(crate) fn run(program: &Path, plan: &Plan, limits: &Limits) -> Result<RunEnd, Failure> {
    Ok(conclude(start(program, plan, limits)?, plan))
}

/// Runs `program` through the replay that `plan` asks for.
pub(crate) fn replay(program: &Path, plan: &Plan, limits: &Limits) -> Result<Replayed, Failure> {
    let ended = start(program, plan, limits)?;
    let stderr = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    ended
        .answer
        .replayed
        .ok_or_else(|| Failure::input(format!("the replay ended without an answer: {stderr}")))
}

/// Starts `program`, tells it `plan`, and waits for its end.
fn start(program: &Path, plan: &Plan, limits: &Limits) -> Result<Ended<Conversation>, Failure> {
    let ours = |error: io::Error| {
        Failure::environment(format!("a compiled submission cannot be run: {error}"))
    };
    let (here, there) = UnixStream::pair().map_err(ours)?;
    let mut command = sandbox::command(program, limits);
    command.stdin(Stdio::from(OwnedFd::from(there)));
    command.env("RUST_BACKTRACE", "0");
    command.current_dir("/");
    sandbox::supervise(command, limits, move || converse(here, plan)).map_err(ours)
}

/// What came over the channel.
#[derive(Debug, Default)]
struct Conversation {
    doing: Option<String>,
    reports: Vec<Report>,
    replayed: Option<Replayed>,
    disturbed: Option<String>,
}

fn converse(mut channel: UnixStream, plan: &Plan) -> Conversation {
    let mut conversation = Conversation::default();
    let mut line = serde_json::to_string(plan).expect("a plan has a JSON form");
    line.push('\n');
    // If the run is dead already, its end says more than this error.
    let _ = channel.write_all(line.as_bytes());
    let _ = channel.shutdown(Shutdown::Write);
    let mut lines = BufReader::new(channel.take(CHANNEL_BYTES_MAX));
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return conversation,
            Ok(_) => {}
        }
        if conversation.disturbed.is_some() {
            continue; // read on to the end, so that the run is not blocked by us
        }
        match serde_json::from_slice(&line) {
            Ok(Message::Doing { .. }) if !conversation.reports.is_empty() => {
                conversation.disturbed = Some("something follows the report".to_owned());
            }
            Ok(Message::Doing { what }) => conversation.doing = Some(what),
            Ok(Message::Finished { report }) => conversation.reports.push(report),
            Ok(Message::Replayed { nonce, replayed }) if nonce == plan.nonce => {
                conversation.replayed = Some(replayed);
            }
            Ok(Message::Replayed { .. }) => {
                conversation.disturbed = Some("an answer to another plan".to_owned());
            }
            Err(error) => {
                conversation.disturbed = Some(format!("a line is not a message: {error}"));
            }
        }
    }
}

fn conclude(ended: Ended<Conversation>, plan: &Plan) -> RunEnd {
    let Conversation { doing, mut reports, disturbed, .. } = ended.answer;
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    let incomplete = |cause| {
        RunEnd::Incomplete(Incomplete { cause, doing: doing.clone(), stderr: stderr.clone() })
    };
    match ended.killed {
        Some(Killed::Flood) => return incomplete(Cause::Flood),
        Some(Killed::Interrupted) => return incomplete(Cause::Interrupted),
        Some(Killed::Wall) => {
            let text = "it neither ended nor used its processor time: is the machine overloaded?";
            return incomplete(Cause::Ours(text.to_owned()));
        }
        None => {}
    }
    if let Some(signal) = ended.status.signal() {
        return incomplete(match signal {
            SIGXCPU => Cause::CpuLimit,
            SIGKILL => {
                Cause::Ours("it was killed from outside: is the machine out of memory?".to_owned())
            }
            SIGABRT if stderr.contains("memory allocation of") => Cause::MemoryLimit,
            signal => Cause::Signal(signal),
        });
    }
    match ended.status.code() {
        Some(0) => {}
        Some(LAUNCH_FAILED) if doing.is_none() && reports.is_empty() => {
            return incomplete(Cause::Ours(stderr.trim().to_owned()));
        }
        code => return incomplete(Cause::Exit(code.unwrap_or(-1))),
    }
    if let Some(disturbed) = disturbed {
        return incomplete(Cause::Channel(disturbed));
    }
    let Some(report) = reports.pop() else {
        return incomplete(Cause::Channel("it ended without a report".to_owned()));
    };
    if !reports.is_empty() {
        return incomplete(Cause::Channel("there is more than one report".to_owned()));
    }
    if report.nonce != plan.nonce {
        return incomplete(Cause::Channel("the report is not an answer to this plan".to_owned()));
    }
    if report.version != plan.version || report.assignment != plan.assignment {
        return incomplete(Cause::Channel("the report is about something else".to_owned()));
    }
    RunEnd::Complete(Box::new(report))
}

// Linux's numbers, the same on every architecture that Rust calls tier one.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// A signal in words.
pub(crate) fn signal_name(signal: i32) -> String {
    match signal {
        4 => "SIGILL (an illegal instruction)".to_owned(),
        5 => "SIGTRAP".to_owned(),
        SIGABRT => {
            "SIGABRT (it gave up, such as by a stack overflow or a panic inside a panic)".to_owned()
        }
        7 => "SIGBUS (an access to memory that is not there)".to_owned(),
        8 => "SIGFPE (an arithmetic error)".to_owned(),
        11 => "SIGSEGV (an access to memory that is not its own, such as by a stack overflow)"
            .to_owned(),
        13 => "SIGPIPE".to_owned(),
        25 => "SIGXFSZ (a file grew too large)".to_owned(),
        other => format!("signal {other}"),
    }
}
