//! What a peer says of a program, caught and counted.
//!
//! The counters are global because peers call back through closures that keep nothing; all of them
//! run on the thread that asks, one after another.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::stdio::dup2_stderr;

static ACCESSES: AtomicU64 = AtomicU64::new(0);
static EXECUTIONS: AtomicU64 = AtomicU64::new(0);
static OVERLAPPED: AtomicBool = AtomicBool::new(false);
static YIELDS: AtomicBool = AtomicBool::new(false);

/// One more access to shared memory. A plain increment: it costs the peers less than a nanosecond.
#[inline]
pub(crate) fn count_access() {
    ACCESSES.store(ACCESSES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// One more execution.
pub(crate) fn count_execution() {
    EXECUTIONS.store(EXECUTIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Whether waiting loops yield to the peer's scheduler, or spin without a word.
#[inline]
pub(crate) fn yields() -> bool {
    YIELDS.load(Ordering::Relaxed)
}

/// How the waiting loops of a peer's program wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// As students write them.
    Bare,
    /// With a `yield_now` in each turn.
    Yielding,
}

/// Nobody enters while another is inside.
pub(crate) struct Door {
    occupied: AtomicBool,
}

impl Door {
    pub(crate) const fn new() -> Self {
        Self { occupied: AtomicBool::new(false) }
    }

    /// # Panics
    /// If somebody is inside.
    pub(crate) fn enter(&self) {
        if self.occupied.swap(true, Ordering::Relaxed) {
            OVERLAPPED.store(true, Ordering::Relaxed);
            panic!("two processes are inside");
        }
    }

    pub(crate) fn leave(&self) {
        self.occupied.store(false, Ordering::Relaxed);
    }
}

/// What came of a peer's run.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Executions that were begun.
    pub(crate) executions: u64,
    /// Accesses to shared memory in all of them.
    pub(crate) accesses: u64,
    /// Its complaint, in its own words, if it had one.
    pub(crate) alarm: Option<String>,
    /// Whether two processes were inside at once.
    pub(crate) overlapped: bool,
}

/// Runs a peer. Its panics are results.
pub(crate) fn listen(waiting: Waiting, run: impl FnOnce()) -> Said {
    YIELDS.store(waiting == Waiting::Yielding, Ordering::Relaxed);
    ACCESSES.store(0, Ordering::Relaxed);
    EXECUTIONS.store(0, Ordering::Relaxed);
    OVERLAPPED.store(false, Ordering::Relaxed);
    let hush = Hush::new().expect("stderr can be turned away");
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    drop(hush);
    let alarm = result.err().map(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("a panic without a message")
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("an empty message")
            .trim()
            .to_owned()
    });
    Said {
        executions: EXECUTIONS.load(Ordering::Relaxed),
        accesses: ACCESSES.load(Ordering::Relaxed),
        alarm,
        overlapped: OVERLAPPED.load(Ordering::Relaxed),
    }
}

/// While it lives, what is written to stderr is lost: panics of peers are results and not noise, and
/// some of what shuttle prints on the occasion goes through no hook.
struct Hush {
    stderr: OwnedFd,
}

impl Hush {
    fn new() -> io::Result<Self> {
        let stderr = io::stderr().as_fd().try_clone_to_owned()?;
        dup2_stderr(File::options().write(true).open("/dev/null")?)?;
        Ok(Self { stderr })
    }
}

impl Drop for Hush {
    fn drop(&mut self) {
        dup2_stderr(&self.stderr).expect("stderr was open before");
    }
}
