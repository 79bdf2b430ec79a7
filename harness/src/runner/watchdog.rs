//! For student code that takes control and does not give it back: a loop without a preemption point,
//! or a stack that runs over.
//!
//! This is the one place where time decides, and it is the processor time of the examining thread, so
//! that a loaded machine changes nothing. `unsafe` here are two signal handlers, which Rust has no safe
//! form for. One tells an overflow of a fiber's stack from other crashes; the other interrupts an
//! endless loop. Both only leave a note of where the student's code is; the watchdog reports it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::Location;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;
use std::{fs, io, mem, process, ptr};

use super::report::RunawayKind;
use crate::backend::{self, Whereabouts};
use crate::engine::{Guard, HEARTBEAT};
use crate::event::Section;
use crate::process::ProcessId;

/// Processor time without a preemption point after which code counts as endless, in hundredths of a
/// second. A correct entry section takes microseconds from one preemption point to the next.
const SILENCE_TICKS_MAX: u64 = 300;

/// How often the watchdog looks, in real time. It only delays the verdict.
const LOOK: Duration = Duration::from_millis(200);

/// How long the watchdog waits for the interrupted thread to say where it is, in looks.
const LOOKS_FOR_NOTE: u32 = 10;

/// How long the thread whose stack is full waits for the watchdog to report it, in looks.
const LOOKS_FOR_REPORT: u32 = 50;

/// The exit code after an overflow of a fiber's stack that the watchdog could not report.
pub const STACK_OVERFLOW_EXIT: i32 = 86;

/// Makes a thread say where it is. Nobody else uses it, and it is ignored where it is not handled.
const ASK: libc::c_int = libc::SIGURG;

/// What a signal handler leaves for the watchdog, which may allocate and write.
struct Note {
    state: AtomicU8,
    /// One more than process and section in one number; 0: no process was running.
    who: AtomicUsize,
    touched: AtomicPtr<Location<'static>>,
}

static NOTE: Note = Note {
    state: AtomicU8::new(NOTHING),
    who: AtomicUsize::new(0),
    touched: AtomicPtr::new(ptr::null_mut()),
};
/// What stands in [`Note::who`] when code runs that foretells.
const FORETELLS: usize = usize::MAX;
const NOTHING: u8 = 0;
const ASKED: u8 = 1;
const OVERFLOWED: u8 = 2;

const SECTIONS: [Section; 4] =
    [Section::Remainder, Section::Entry, Section::Critical, Section::Exit];

impl Note {
    /// Leaves word of where the running process is. Async-signal-safe: it only stores.
    fn leave(&self, state: u8) {
        let (who, touched) = match backend::whereabouts() {
            Some(Whereabouts { process, section, touched }) => {
                let section = SECTIONS.iter().position(|&one| one == section).unwrap_or(0);
                let touched = touched.map_or(ptr::null(), ptr::from_ref);
                (1 + process.index() * SECTIONS.len() + section, touched)
            }
            None if backend::foretells() => (FORETELLS, ptr::null()),
            None => (0, ptr::null()),
        };
        self.who.store(who, Ordering::Relaxed);
        self.touched.store(touched.cast_mut(), Ordering::Relaxed);
        self.state.store(state, Ordering::Release);
    }

    /// What was left, if anything was.
    fn read(&self) -> Option<Whereabouts> {
        let who = self.who.load(Ordering::Relaxed);
        let who = if who == FORETELLS { None } else { who.checked_sub(1) }?;
        // SAFETY: it is null or was made of a `&'static Location`.
        let touched = unsafe { self.touched.load(Ordering::Relaxed).as_ref() };
        let process = ProcessId::new(who / SECTIONS.len());
        Some(Whereabouts { process, section: SECTIONS[who % SECTIONS.len()], touched })
    }
}

/// How student code ran away.
pub(super) struct Runaway {
    pub(super) kind: RunawayKind,
    /// In words.
    pub(super) reason: String,
    /// Where it last touched a shared variable, as `file:line`.
    pub(super) site: Option<String>,
}

impl Runaway {
    fn of(kind: RunawayKind, found: Option<Whereabouts>) -> Self {
        let foretells = NOTE.who.load(Ordering::Relaxed) == FORETELLS;
        let who = found.map_or_else(|| "it".to_owned(), |found| found.process.to_string());
        let section = match found.map(|found| found.section) {
            Some(Section::Entry) => " in its entry section",
            Some(Section::Exit) => " in its exit section",
            // None of the student's code runs there.
            Some(Section::Remainder | Section::Critical) => "",
            None if foretells => " where the final values are foretold",
            None => " where the shared variables are made",
        };
        let touched = found.and_then(|found| found.touched);
        let none_touched = found.is_some() && touched.is_none();
        let reason = match kind {
            RunawayKind::Endless => {
                let there = if none_touched { " there" } else { "" };
                format!(
                    "{who} ran on{section} for three seconds of processor time without touching a \
                     shared variable{there}: an endless loop without a preemption point"
                )
            }
            RunawayKind::StackOverflow => {
                let there =
                    if none_touched { " before it touched a shared variable there" } else { "" };
                format!(
                    "{who} used up its stack{section}{there}, perhaps by a recursion without end"
                )
            }
        };
        let site = touched.map(|site| format!("{}:{}", site.file(), site.line()));
        Self { kind, reason, site }
    }

    /// The whole in words.
    pub(super) fn sentence(&self) -> String {
        let mut text = self.reason.clone();
        if let Some(site) = &self.site {
            write!(text, "; the last access to a shared variable before that is at {site}")
                .expect("writing to a string does not fail");
        }
        text
    }
}

/// Watches one thread.
pub(super) struct Watchdog {
    stop: mpsc::Sender<()>,
}

/// How many threads are watched.
static WATCHED: AtomicUsize = AtomicUsize::new(0);

impl Watchdog {
    /// Watches the calling thread from another one. If it runs away, `report` is told how, and the
    /// process exits with the code that it returns: a thread cannot be stopped.
    pub(super) fn start(mut report: impl FnMut(&Runaway) -> i32 + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel();
        install_handlers();
        if let Ok(thread) = fs::read_link("/proc/thread-self") {
            let stat = format!("/proc/{}/stat", thread.display());
            let number = thread.file_name().and_then(|name| name.to_str()?.parse().ok());
            WATCHED.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || {
                let (mut beat, mut since) = (u64::MAX, 0);
                while stopped.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if NOTE.state.load(Ordering::Acquire) == OVERFLOWED {
                        exit(report(&Runaway::of(RunawayKind::StackOverflow, NOTE.read())));
                    }
                    let Some(ticks) = processor_ticks(&stat) else { break };
                    let now = HEARTBEAT.load(Ordering::Relaxed);
                    if now != beat {
                        (beat, since) = (now, ticks);
                    } else if ticks - since > SILENCE_TICKS_MAX {
                        exit(report(&Runaway::of(RunawayKind::Endless, number.and_then(ask))));
                    }
                }
                WATCHED.fetch_sub(1, Ordering::Relaxed);
            });
        }
        Self { stop }
    }

    /// Stops watching.
    pub(super) fn stop(self) {
        // The watchdog may have gone already.
        let _ = self.stop.send(());
    }
}

/// Asks a thread of this process where its running process is.
fn ask(thread: libc::c_long) -> Option<Whereabouts> {
    // SAFETY: tgkill(2) has no precondition; a thread that is gone is an error, and nobody answers.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::c_long::from(process::id()), thread, ASK) };
    for _ in 0..LOOKS_FOR_NOTE {
        if NOTE.state.load(Ordering::Acquire) != NOTHING {
            return NOTE.read();
        }
        #[expect(clippy::disallowed_methods, reason = "the other thread needs its time to answer")]
        thread::sleep(LOOK);
    }
    None
}

#[expect(clippy::exit, reason = "the examining thread runs student code that does not return")]
fn exit(code: i32) -> ! {
    process::exit(code)
}

/// Processor time of a thread so far, in hundredths of a second: proc(5), `stat`, fields 14 and 15.
fn processor_ticks(stat: &str) -> Option<u64> {
    let text = fs::read_to_string(stat).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// From now on, a thread can be asked where it is, and an overflow of a fiber's stack is left to the
/// watchdog or, if there is none, ends the process with a message and [`STACK_OVERFLOW_EXIT`]; other
/// segmentation faults end it as they would have.
///
/// The handlers run on the alternate stack that std gives to each of its threads.
fn install_handlers() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let fault: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
        let asked: extern "C" fn(libc::c_int) = on_asked;
        for (signal, handler, flags) in [
            (libc::SIGSEGV, fault as libc::sighandler_t, libc::SA_SIGINFO),
            (libc::SIGBUS, fault as libc::sighandler_t, libc::SA_SIGINFO),
            (ASK, asked as libc::sighandler_t, libc::SA_RESTART),
        ] {
            // SAFETY: all fields of a sigaction may be zero.
            let mut action: libc::sigaction = unsafe { mem::zeroed() };
            action.sa_sigaction = handler;
            action.sa_flags = flags | libc::SA_ONSTACK;
            // SAFETY: `action` is initialised, and the handlers do only what signal-safety(7) allows.
            let failed =
                unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) } != 0;
            if failed {
                // Overflows then look like any other crash.
                let _ = writeln!(io::stderr(), "harness: no handler for signal {signal}");
            }
        }
    });
}

extern "C" fn on_asked(_: libc::c_int) {
    NOTE.leave(ASKED);
}

/// What is said of an overflow that the watchdog did not report.
const OVERFLOW: &[u8] = b"\nstack overflow: the entry or exit section used up the stack of its \
                          process (endless recursion?)\n";

extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid siginfo to a handler installed with SA_SIGINFO.
    let info = unsafe { &*info };
    // SAFETY: SIGSEGV and SIGBUS come with an address.
    let address = unsafe { info.si_addr() }.addr();
    if Guard::contains(address) {
        NOTE.leave(OVERFLOWED);
        let look = libc::timespec { tv_sec: 0, tv_nsec: 200_000_000 };
        let mut looks = 0;
        // The watchdog reports it and ends the process. This thread must not go on.
        while WATCHED.load(Ordering::Relaxed) > 0 && looks < LOOKS_FOR_REPORT {
            // SAFETY: nanosleep(2) is async-signal-safe; `look` is initialised.
            unsafe { libc::nanosleep(&raw const look, ptr::null_mut()) };
            looks += 1;
        }
        // SAFETY: write(2) is async-signal-safe; the buffer is static.
        unsafe { libc::write(2, OVERFLOW.as_ptr().cast(), OVERFLOW.len()) };
        // SAFETY: _exit(2) is async-signal-safe and does not return.
        unsafe { libc::_exit(STACK_OVERFLOW_EXIT) };
    }
    // SAFETY: signal(2) is async-signal-safe. With the default action back, the same fault happens
    // again when the handler returns, and ends the process.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;

    #[test]
    fn a_runaway_names_process_section_and_last_access() {
        let here = Location::caller();
        let site = format!("{}:{}", here.file(), here.line());
        let found =
            |section, touched| Some(Whereabouts { process: ProcessId::new(1), section, touched });
        for (kind, found, expected) in [
            (
                RunawayKind::Endless,
                found(Section::Entry, Some(here)),
                format!(
                    "P1 ran on in its entry section for three seconds of processor time without \
                     touching a shared variable: an endless loop without a preemption point; the last \
                     access to a shared variable before that is at {site}"
                ),
            ),
            (
                RunawayKind::StackOverflow,
                found(Section::Exit, None),
                "P1 used up its stack in its exit section before it touched a shared variable \
                 there, perhaps by a recursion without end"
                    .to_owned(),
            ),
            (
                RunawayKind::Endless,
                None,
                "it ran on where the shared variables are made for three seconds of processor time \
                 without touching a shared variable: an endless loop without a preemption point"
                    .to_owned(),
            ),
        ] {
            assert_eq!(Runaway::of(kind, found).sentence(), expected);
        }
    }

    #[test]
    fn a_note_is_read_as_it_was_left() {
        let note = Note {
            state: AtomicU8::new(NOTHING),
            who: AtomicUsize::new(0),
            touched: AtomicPtr::new(ptr::null_mut()),
        };
        note.leave(ASKED);
        assert_eq!(note.state.load(Ordering::Acquire), ASKED);
        assert!(note.read().is_none(), "no execution is running here");
        note.who.store(FORETELLS, Ordering::Relaxed);
        assert!(note.read().is_none(), "no process foretells");
        note.who.store(1 + 3 * SECTIONS.len() + 1, Ordering::Relaxed);
        let found = note.read().expect("somebody was running");
        assert_eq!((found.process, found.section), (ProcessId::new(3), Section::Entry));
        assert!(found.touched.is_none());
    }
}
