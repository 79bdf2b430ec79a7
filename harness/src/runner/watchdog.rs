//! For student code that takes control and does not give it back: a loop without a preemption point,
//! or a stack that runs over.
//!
//! This is the one place where time decides, and it is the processor time of the examining thread, so
//! that a loaded machine changes nothing. `unsafe` here is the handler of segmentation faults, which
//! Rust has no safe form for: it tells an overflow of a fiber's stack from other crashes.

use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;
use std::{fs, io, mem, process, ptr};

use crate::engine::{Guard, HEARTBEAT};

/// Processor time without a preemption point after which code counts as endless, in hundredths of a
/// second. A correct entry section takes microseconds from one preemption point to the next.
const SILENCE_TICKS_MAX: u64 = 300;

/// How often the watchdog looks, in real time. It only delays the verdict.
const LOOK: Duration = Duration::from_millis(200);

/// The exit code after an overflow of a fiber's stack.
pub const STACK_OVERFLOW_EXIT: i32 = 86;

/// Watches one thread.
pub(super) struct Watchdog {
    stop: mpsc::Sender<()>,
}

impl Watchdog {
    /// Watches the calling thread from another one. If it runs away, `report` is told why, and the
    /// process exits with the code that it returns: a thread cannot be stopped.
    pub(super) fn start(mut report: impl FnMut(&str) -> i32 + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel();
        let stat = fs::read_link("/proc/thread-self")
            .map(|thread| format!("/proc/{}/stat", thread.display()));
        if let Ok(stat) = stat {
            thread::spawn(move || {
                let (mut beat, mut since) = (u64::MAX, 0);
                while stopped.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    let Some(ticks) = processor_ticks(&stat) else { return };
                    let now = HEARTBEAT.load(Ordering::Relaxed);
                    if now != beat {
                        (beat, since) = (now, ticks);
                    } else if ticks - since > SILENCE_TICKS_MAX {
                        let code = report(
                            "it ran on for three seconds of processor time without touching a shared \
                             variable: an endless loop without a preemption point",
                        );
                        exit(code);
                    }
                }
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

/// From now on, an overflow of a fiber's stack ends the process with a message and exit code
/// [`STACK_OVERFLOW_EXIT`]; other segmentation faults end it as they would have.
///
/// The handler runs on the alternate stack that std gives to each of its threads.
pub(super) fn install_overflow_handler() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: all fields of a sigaction may be zero.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            // SAFETY: `action` is initialised, and the handler does only what signal-safety(7) allows.
            let failed =
                unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) } != 0;
            if failed {
                // Overflows then look like any other crash.
                let _ = writeln!(io::stderr(), "harness: no handler for stack overflows");
            }
        }
    });
}

extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid siginfo to a handler installed with SA_SIGINFO.
    let info = unsafe { &*info };
    // SAFETY: SIGSEGV and SIGBUS come with an address.
    let address = unsafe { info.si_addr() }.addr();
    if Guard::contains(address) {
        const TEXT: &[u8] =
            b"\nstack overflow: the entry or exit section used up the stack of its \
            process (endless recursion?)\n";
        // SAFETY: write(2) is async-signal-safe; the buffer is static.
        unsafe { libc::write(2, TEXT.as_ptr().cast(), TEXT.len()) };
        // SAFETY: _exit(2) is async-signal-safe and does not return.
        unsafe { libc::_exit(STACK_OVERFLOW_EXIT) };
    }
    // SAFETY: signal(2) is async-signal-safe. With the default action back, the same fault happens
    // again when the handler returns, and ends the process.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
}
