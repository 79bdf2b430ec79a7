//! Where foreign code runs: a process group of its own, behind limits that the kernel keeps. This
//! is the place of the full sandbox (namespaces, seccomp, Landlock) to come: it belongs into
//! [`launch`], between the limits and the `exec`, and nothing else has to change.
//!
//! The grader starts *itself* as launcher, which sets limits on itself and then becomes the
//! program: so no code runs between `fork` and `exec`, and nothing here is `unsafe`. Processor time,
//! memory, open files and file sizes are limited, so that the load of the machine never decides;
//! the wall clock only ends what uses no processor time at all, and that counts as our error.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getrlimit, kill_process_group,
    set_parent_process_death_signal, setrlimit, waitid,
};

/// The hidden first argument that makes the grader a launcher.
pub(crate) const LAUNCH: &str = "__launch";
/// The launcher's exit code when it cannot do its work.
pub(crate) const LAUNCH_FAILED: i32 = 125;

/// What a program may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Processor time.
    pub(crate) cpu_seconds: u64,
    /// Address space.
    pub(crate) memory_bytes: u64,
    /// The size of any file that it writes.
    pub(crate) file_bytes: u64,
    /// Open files.
    pub(crate) files: u64,
    /// Bytes on standard output and standard error together, after which it is killed.
    pub(crate) output_bytes: u64,
    /// How many of them are kept, of each, from the beginning.
    pub(crate) output_kept: usize,
    /// When to give up on a program that waits for something without using the processor.
    pub(crate) wall: Duration,
}

/// A command that runs `program` within `limits`, with an empty environment.
pub(crate) fn command(program: &Path, limits: &Limits) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(LAUNCH);
    for limit in [limits.cpu_seconds, limits.memory_bytes, limits.file_bytes, limits.files] {
        command.arg(limit.to_string());
    }
    command.arg(program);
    command.env_clear();
    command.process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The launcher: limits itself and becomes the program in `arguments`. Returns only if it cannot.
pub(crate) fn launch(arguments: &[OsString]) -> i32 {
    let error = match try_launch(arguments) {
        Ok(never) => match never {},
        Err(error) => error,
    };
    // The exit code alone tells the parent whose fault it is.
    let _ = writeln!(io::stderr().lock(), "cannot start: {error}");
    LAUNCH_FAILED
}

fn try_launch(arguments: &[OsString]) -> io::Result<std::convert::Infallible> {
    let usage = || io::Error::new(io::ErrorKind::InvalidInput, "the launcher is not for people");
    let [cpu, memory, file, files, program, rest @ ..] = arguments else { return Err(usage()) };
    let number = |text: &OsStr| text.to_str().and_then(|t| t.parse::<u64>().ok()).ok_or_else(usage);
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let cpu = number(cpu)?;
    // The kernel sends SIGXCPU at the first limit and SIGKILL at the second.
    limit(Resource::Cpu, cpu, cpu + 2)?;
    for (resource, most) in [
        (Resource::As, number(memory)?),
        (Resource::Fsize, number(file)?),
        (Resource::Nofile, number(files)?),
        (Resource::Core, 0),
    ] {
        limit(resource, most, most)?;
    }
    Err(Command::new(program).args(rest).exec())
}

/// Sets a limit, but never above the hard limit that is already there.
fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Rlimit { current: Some(soft.min(most)), maximum: Some(hard.min(most)) };
    Ok(setrlimit(resource, limit)?)
}

/// The process groups that are running; an interruption kills them.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ends every running program and lets no other one start: for Ctrl-C.
pub(crate) fn interrupt() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for &group in running.iter() {
        kill_group(group);
    }
}

/// Whether [`interrupt`] was called.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn kill_group(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        // It fails only if nothing is left to kill.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Kills a group if it is still running: a number in [`RUNNING`] cannot have been used anew.
fn kill_running(group: i32) {
    if RUNNING.lock().unwrap_or_else(PoisonError::into_inner).contains(&group) {
        kill_group(group);
    }
}

/// Why we ended a program ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Killed {
    /// It did not end, and used no processor time either.
    Wall,
    /// It wrote without end.
    Flood,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// A program's end.
#[derive(Debug)]
pub(crate) struct Ended<T> {
    /// What the kernel says.
    pub(crate) status: ExitStatus,
    /// Whether we ended it.
    pub(crate) killed: Option<Killed>,
    /// The beginning of its standard error.
    pub(crate) stderr: Vec<u8>,
    /// What `converse` made of it.
    pub(crate) answer: T,
}

/// Runs a command made by [`command`] to its end; meanwhile `converse` may talk to it. Nothing of
/// its process group is left afterwards.
pub(crate) fn supervise<T>(
    mut command: Command,
    limits: &Limits,
    converse: impl FnOnce() -> T,
) -> io::Result<Ended<T>> {
    const FLOOD: u8 = 1;
    const WALL: u8 = 2;
    let mut child = command.spawn()?;
    // Our copies of what the child was given: while they are open, no end of file is seen.
    drop(command);
    let group = i32::try_from(child.id()).expect("the kernel's process numbers are positive");
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(group);
    if interrupted() {
        kill_running(group);
    }
    let killed = AtomicU8::new(0);
    let end = |why| {
        // Only the first reason counts.
        let _ = killed.compare_exchange(0, why, Ordering::SeqCst, Ordering::SeqCst);
        kill_running(group);
    };
    let stdout = child.stdout.take().expect("standard output is a pipe");
    let stderr = child.stderr.take().expect("standard error is a pipe");
    let (over, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let end = &end;
        scope.spawn(move || {
            if wait.recv_timeout(limits.wall) == Err(mpsc::RecvTimeoutError::Timeout) {
                end(WALL);
            }
        });
        let stdout = scope.spawn(|| drain(stdout, limits, || end(FLOOD)));
        let stderr = scope.spawn(|| drain(stderr, limits, || end(FLOOD)));
        let answer = converse();
        let status = reap(&mut child, group);
        drop(over);
        let read = |reader: thread::ScopedJoinHandle<'_, Vec<u8>>| {
            reader.join().expect("reading a pipe does not panic")
        };
        // What it prints is for the student's own eyes; only its amount matters here.
        read(stdout);
        let stderr = read(stderr);
        let killed = match killed.load(Ordering::SeqCst) {
            _ if interrupted() => Some(Killed::Interrupted),
            FLOOD => Some(Killed::Flood),
            WALL => Some(Killed::Wall),
            _ => None,
        };
        Ok(Ended { status: status?, killed, stderr, answer })
    })
}

/// Waits for the child's end, kills what is left of its group while its number is still taken, and
/// only then lets the kernel forget it.
fn reap(child: &mut std::process::Child, group: i32) -> io::Result<ExitStatus> {
    let pid = Pid::from_raw(group).expect("a child's number is positive");
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(error) = waitid(WaitId::Pid(pid), options) {
        if error != rustix::io::Errno::INTR {
            break;
        }
    }
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    kill_group(group);
    running.remove(&group);
    child.wait()
}

/// Reads a pipe to its end and keeps the beginning; calls `flood` when it is too much.
fn drain(mut pipe: impl Read, limits: &Limits, flood: impl Fn()) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut total = 0_u64;
    let mut buffer = [0; 16 * 1024];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return kept,
            Ok(count) => {
                let room = limits.output_kept.saturating_sub(kept.len()).min(count);
                kept.extend_from_slice(&buffer[..room]);
                let before = total;
                total += count as u64;
                if before <= limits.output_bytes && total > limits.output_bytes {
                    flood();
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::{Ended, Killed, Limits, supervise};

    fn run(script: &str, wall: Duration) -> Ended<()> {
        let limits = Limits {
            cpu_seconds: 0,
            memory_bytes: 0,
            file_bytes: 0,
            files: 0,
            output_bytes: 100_000,
            output_kept: 10,
            wall,
        };
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).process_group(0).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        supervise(command, &limits, || ()).unwrap()
    }

    #[test]
    fn what_waits_for_ever_is_ended_by_the_wall_clock() {
        let ended = run("sleep 1000", Duration::from_millis(50));
        assert_eq!(ended.killed, Some(Killed::Wall));
    }

    #[test]
    fn what_writes_for_ever_is_ended_and_only_the_beginning_is_kept() {
        let ended = run("yes abcd >&2", Duration::from_mins(5));
        assert_eq!(ended.killed, Some(Killed::Flood));
        assert_eq!(ended.stderr, b"abcd\nabcd\n");
    }

    #[test]
    fn what_is_left_behind_is_ended_too() {
        // The pipes reach their end only when the sleeper is gone.
        let ended = run("sleep 1000 & exit 3", Duration::from_mins(5));
        assert_eq!((ended.killed, ended.status.code()), (None, Some(3)));
    }
}
