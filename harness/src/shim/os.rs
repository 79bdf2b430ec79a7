//! System calls, as close to POSIX as Rust allows: what a student learns here is the real thing.
//!
//! Each function is the call of its name in sections 2 and 3 of the Linux manual; it returns what the call
//! returns, or the `errno` by its name. Descriptors are small numbers in the table of the process: they are
//! copied freely, they are inherited by children, and nothing closes them but `close` and the end of
//! the process. So all that can go wrong with them on Linux can go wrong here.
//!
//! ```
//! use harness::os::{self, Errno};
//!
//! fn write_all(fd: os::Fd, mut bytes: &[u8]) -> Result<(), Errno> {
//!     while !bytes.is_empty() {
//!         match os::write(fd, bytes) {
//!             Ok(written) => bytes = &bytes[written..],
//!             Err(Errno::EINTR) => {} // nothing was written: once more
//!             Err(errno) => return Err(errno),
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Drawings name the line of each call. A function that is passed on as a value, as in `map(os::close)`, does not know
//! who calls it: Rust tells it the place of its own definition. Such a call has no line.
//!
//! Time is virtual: it passes only while somebody sleeps or waits for it. Outside of an execution there
//! is no machine, and every call fails with [`Errno::ENOSYS`]; so does what is not modelled.

use std::panic::Location;
use std::rc::Rc;
/// A span of time, and since the Epoch a point in time.
pub use std::time::Duration;

use crate::backend;
use crate::engine::{Means, code};
use crate::event::Site;
use crate::kernel::{Action, Answer, Call, Control, Disposition, Timeout, small};
pub use crate::kernel::{
    ActionFlags, Address, Ending, Errno, Family, Fd, Half, MaskChange, MessageFlags, OpenFlags,
    Origin, Pid, PollEvents, PollFd, QueueAttributes, SigInfo, SigSet, Signal, SocketType,
};

/// Bytes that a write to a pipe does not split, if there are no more. Source: pipe(7), `PIPE_BUF`.
pub const PIPE_BUF: usize = crate::kernel::PAGE;

/// A result of a system call.
pub type Result<T> = std::result::Result<T, Errno>;

/// What a process does about a signal.
pub enum Handler {
    /// `SIG_DFL`: the default action, which for most signals ends the process.
    Default,
    /// `SIG_IGN`.
    Ignore,
    /// Calls a function, in between the steps of whatever the process does.
    Call(Rc<dyn Fn(&SigInfo)>),
}

impl Handler {
    /// Calls `function`. It runs between any two steps of its own process, also within a call that
    /// waits; what it shares with the rest of the process it keeps in `Rc<Cell<…>>`.
    pub fn call(function: impl Fn(&SigInfo) + 'static) -> Self {
        Self::Call(Rc::new(function))
    }
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Default => "Default",
            Self::Ignore => "Ignore",
            Self::Call(_) => "Call(…)",
        })
    }
}

/// Makes a call, at a place of the source.
fn at(site: Site, mut call: Call<'_>) -> Answer {
    make(site, &mut call)
}

fn make(site: Site, call: &mut Call<'_>) -> Answer {
    let code = code(site, call.name(), call.operand());
    backend::system_call(site, code, call).unwrap_or(Err(Errno::ENOSYS))
}

/// Refuses what the assignment does not lend. The panic is the caller's.
#[track_caller]
fn check_lent(means: Means, what: &str) {
    assert!(
        backend::loans().means.include(means),
        "this assignment does not lend {what}: messages are to be passed by what it is about (see the handout)"
    );
}

fn fd(answer: Answer) -> Result<Fd> {
    answer.map(Fd::returned)
}

fn after(timeout: Option<Duration>) -> Timeout {
    timeout.map_or(Timeout::Never, |time| Timeout::After(nanoseconds(time)))
}

fn until(deadline: Option<Duration>) -> Timeout {
    deadline.map_or(Timeout::Never, |time| Timeout::At(nanoseconds(time)))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// pipe(2): `[reading end, writing end]`.
#[track_caller]
pub fn pipe() -> Result<[Fd; 2]> {
    pipe2(OpenFlags::empty())
}

/// pipe2(2): of the flags, `NONBLOCK` for both ends.
#[track_caller]
pub fn pipe2(flags: OpenFlags) -> Result<[Fd; 2]> {
    check_lent(Means::Pipe, "pipe(2)");
    let mut ends = [Fd(-1); 2];
    at(Location::caller(), Call::Pipe { ends: &mut ends, flags }).map(|_| ends)
}

/// read(2): how many bytes were read; 0 at the end.
#[track_caller]
pub fn read(fd: Fd, buffer: &mut [u8]) -> Result<usize> {
    at(Location::caller(), Call::Read { fd, buffer })
}

/// write(2): how many bytes were written, which may be less than all.
#[track_caller]
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize> {
    at(Location::caller(), Call::Write { fd, bytes })
}

/// close(2).
#[track_caller]
pub fn close(fd: Fd) -> Result<()> {
    at(Location::caller(), Call::Close { fd }).map(drop)
}

/// dup(2).
#[track_caller]
pub fn dup(other: Fd) -> Result<Fd> {
    fd(at(Location::caller(), Call::Dup { fd: other }))
}

/// dup2(2).
#[track_caller]
pub fn dup2(other: Fd, to: Fd) -> Result<Fd> {
    fd(at(Location::caller(), Call::Dup2 { fd: other, to }))
}

/// fcntl(2), `F_GETFL`.
#[track_caller]
pub fn get_flags(fd: Fd) -> Result<OpenFlags> {
    let control = Control::GetFlags;
    let bits = at(Location::caller(), Call::Fcntl { fd, control })?;
    Ok(OpenFlags::from_bits_truncate(bits as u32))
}

/// fcntl(2), `F_SETFL`: of the flags, `NONBLOCK` can be changed; for all who share the open file.
#[track_caller]
pub fn set_flags(fd: Fd, flags: OpenFlags) -> Result<()> {
    let control = Control::SetFlags(flags);
    at(Location::caller(), Call::Fcntl { fd, control }).map(drop)
}

/// fcntl(2), `F_GETPIPE_SZ`: how many bytes the pipe holds.
#[track_caller]
pub fn pipe_size(fd: Fd) -> Result<usize> {
    at(Location::caller(), Call::Fcntl { fd, control: Control::GetPipeSize })
}

/// fcntl(2), `F_SETPIPE_SZ`: at least so many bytes; returns how many.
#[track_caller]
pub fn set_pipe_size(fd: Fd, bytes: usize) -> Result<usize> {
    at(Location::caller(), Call::Fcntl { fd, control: Control::SetPipeSize(bytes) })
}

/// mkfifo(3).
#[track_caller]
pub fn mkfifo(path: &str) -> Result<()> {
    check_lent(Means::NamedPipe, "mkfifo(3)");
    at(Location::caller(), Call::Mkfifo { path }).map(drop)
}

/// open(2), of a FIFO.
#[track_caller]
pub fn open(path: &str, flags: OpenFlags) -> Result<Fd> {
    fd(at(Location::caller(), Call::Open { path, flags }))
}

/// unlink(2).
#[track_caller]
pub fn unlink(path: &str) -> Result<()> {
    at(Location::caller(), Call::Unlink { path }).map(drop)
}

/// poll(2): of how many there is something to say; `None` waits for ever.
#[track_caller]
pub fn poll(fds: &mut [PollFd], timeout: Option<Duration>) -> Result<usize> {
    at(Location::caller(), Call::Poll { fds, timeout: after(timeout) })
}

/// `mq_open`(3); the attributes are those of a new queue, by default 10 messages of 8192 bytes.
#[track_caller]
pub fn mq_open(name: &str, flags: OpenFlags, attributes: Option<QueueAttributes>) -> Result<Fd> {
    check_lent(Means::Queue, "mq_open(3)");
    fd(at(Location::caller(), Call::MqOpen { name, flags, attributes }))
}

/// `mq_send`(3).
#[track_caller]
pub fn mq_send(fd: Fd, bytes: &[u8], priority: u32) -> Result<()> {
    mq_timedsend(fd, bytes, priority, None)
}

/// `mq_timedsend`(3): waits until that time of the clock that [`clock_gettime`] reads.
#[track_caller]
pub fn mq_timedsend(fd: Fd, bytes: &[u8], priority: u32, deadline: Option<Duration>) -> Result<()> {
    let timeout = until(deadline);
    at(Location::caller(), Call::MqSend { fd, bytes, priority, timeout }).map(drop)
}

/// `mq_receive`(3): the message's length and priority. The buffer holds the longest message of the queue, or
/// more.
#[track_caller]
pub fn mq_receive(fd: Fd, buffer: &mut [u8]) -> Result<(usize, u32)> {
    mq_timedreceive(fd, buffer, None)
}

/// `mq_timedreceive`(3): waits until that time of the clock that [`clock_gettime`] reads.
#[track_caller]
pub fn mq_timedreceive(
    fd: Fd,
    buffer: &mut [u8],
    deadline: Option<Duration>,
) -> Result<(usize, u32)> {
    let (mut priority, timeout) = (0, until(deadline));
    let call = Call::MqReceive { fd, buffer, priority: &mut priority, timeout };
    let length = at(Location::caller(), call)?;
    Ok((length, priority))
}

/// `mq_getattr`(3).
#[track_caller]
pub fn mq_getattr(fd: Fd) -> Result<QueueAttributes> {
    let mut attributes = QueueAttributes::default();
    at(Location::caller(), Call::MqGetattr { fd, attributes: &mut attributes })?;
    Ok(attributes)
}

/// `mq_setattr`(3): whether calls block is all that can be changed.
#[track_caller]
pub fn mq_setattr(fd: Fd, nonblocking: bool) -> Result<()> {
    at(Location::caller(), Call::MqSetattr { fd, nonblocking }).map(drop)
}

/// `mq_unlink`(3).
#[track_caller]
pub fn mq_unlink(name: &str) -> Result<()> {
    at(Location::caller(), Call::MqUnlink { name }).map(drop)
}

/// `mq_notify`(3): the signal, and the value that goes with it; `None` unregisters.
#[track_caller]
pub fn mq_notify(fd: Fd, signal: Option<(Signal, i32)>) -> Result<()> {
    at(Location::caller(), Call::MqNotify { fd, signal }).map(drop)
}

/// socket(2); of the flags, `NONBLOCK`.
#[track_caller]
pub fn socket(family: Family, kind: SocketType, flags: OpenFlags) -> Result<Fd> {
    check_lent(Means::Socket, "socket(2)");
    fd(at(Location::caller(), Call::Socket { family, kind, flags }))
}

/// socketpair(2), of the family `AF_UNIX`.
#[track_caller]
pub fn socketpair(kind: SocketType) -> Result<[Fd; 2]> {
    check_lent(Means::Socket, "socketpair(2)");
    let (mut ends, flags) = ([Fd(-1); 2], OpenFlags::empty());
    at(Location::caller(), Call::Socketpair { kind, flags, ends: &mut ends }).map(|_| ends)
}

/// bind(2).
#[track_caller]
pub fn bind(fd: Fd, address: &Address) -> Result<()> {
    at(Location::caller(), Call::Bind { fd, address }).map(drop)
}

/// listen(2).
#[track_caller]
pub fn listen(fd: Fd, backlog: usize) -> Result<()> {
    at(Location::caller(), Call::Listen { fd, backlog }).map(drop)
}

/// accept(2): the connection, and who it is with.
#[track_caller]
pub fn accept(listening: Fd) -> Result<(Fd, Address)> {
    let mut peer = Address::Unnamed;
    let call = Call::Accept { fd: listening, peer: &mut peer, flags: OpenFlags::empty() };
    let connection = fd(at(Location::caller(), call))?;
    Ok((connection, peer))
}

/// connect(2).
#[track_caller]
pub fn connect(fd: Fd, address: &Address) -> Result<()> {
    at(Location::caller(), Call::Connect { fd, address }).map(drop)
}

/// send(2).
#[track_caller]
pub fn send(fd: Fd, bytes: &[u8], flags: MessageFlags) -> Result<usize> {
    at(Location::caller(), Call::Send { fd, bytes, flags, to: None })
}

/// sendto(2).
#[track_caller]
pub fn sendto(fd: Fd, bytes: &[u8], flags: MessageFlags, to: &Address) -> Result<usize> {
    at(Location::caller(), Call::Send { fd, bytes, flags, to: Some(to) })
}

/// recv(2): how many bytes there are; 0 at the end of a stream.
#[track_caller]
pub fn recv(fd: Fd, buffer: &mut [u8], flags: MessageFlags) -> Result<usize> {
    let mut from = Address::Unnamed;
    at(Location::caller(), Call::Recv { fd, buffer, flags, from: &mut from })
}

/// recvfrom(2): how many bytes, and from whom.
#[track_caller]
pub fn recvfrom(fd: Fd, buffer: &mut [u8], flags: MessageFlags) -> Result<(usize, Address)> {
    let mut from = Address::Unnamed;
    let length = at(Location::caller(), Call::Recv { fd, buffer, flags, from: &mut from })?;
    Ok((length, from))
}

/// shutdown(2).
#[track_caller]
pub fn shutdown(fd: Fd, half: Half) -> Result<()> {
    at(Location::caller(), Call::Shutdown { fd, half }).map(drop)
}

/// getsockname(2).
#[track_caller]
pub fn getsockname(fd: Fd) -> Result<Address> {
    let mut address = Address::Unnamed;
    at(Location::caller(), Call::Getsockname { fd, address: &mut address })?;
    Ok(address)
}

/// kill(2).
#[track_caller]
pub fn kill(pid: Pid, signal: Signal) -> Result<()> {
    at(Location::caller(), Call::Kill { pid, signal: signal.0 }).map(drop)
}

/// kill(2) with the signal 0: whether there is such a process, and it may be signalled.
#[track_caller]
pub fn exists(pid: Pid) -> Result<()> {
    at(Location::caller(), Call::Kill { pid, signal: 0 }).map(drop)
}

/// sigqueue(3).
#[track_caller]
pub fn sigqueue(pid: Pid, signal: Signal, value: i32) -> Result<()> {
    at(Location::caller(), Call::Sigqueue { pid, signal, value }).map(drop)
}

/// sigaction(2): from now on, `signal` is handled so. While a handler runs, its own signal and those of
/// `mask` are blocked. A child inherits its parent's handlers. Only what they keep in an `Rc` is not copied
/// by fork(2), as memory is: so a handler that notes something is installed by each process for itself.
#[track_caller]
pub fn sigaction(signal: Signal, handler: Handler, mask: SigSet, flags: ActionFlags) -> Result<()> {
    let disposition = match handler {
        Handler::Default => Disposition::Default,
        Handler::Ignore => Disposition::Ignore,
        Handler::Call(function) => {
            let number = backend::install_handler(function).ok_or(Errno::ENOSYS)?;
            Disposition::Handler(number)
        }
    };
    let (action, mut old) = (Some(Action { disposition, mask, flags }), Action::default());
    at(Location::caller(), Call::Sigaction { signal, action, old: &mut old }).map(drop)
}

/// sigprocmask(2): returns what was blocked before.
#[track_caller]
pub fn sigprocmask(how: MaskChange, set: SigSet) -> Result<SigSet> {
    let mut old = SigSet::default();
    at(Location::caller(), Call::Sigprocmask { how, set: Some(set), old: &mut old })?;
    Ok(old)
}

/// sigpending(2).
#[track_caller]
pub fn sigpending() -> Result<SigSet> {
    let mut set = SigSet::default();
    at(Location::caller(), Call::Sigpending { set: &mut set })?;
    Ok(set)
}

/// sigwaitinfo(2).
#[track_caller]
pub fn sigwaitinfo(set: SigSet) -> Result<SigInfo> {
    sigtimedwait(set, None)
}

/// sigtimedwait(2).
#[track_caller]
pub fn sigtimedwait(set: SigSet, timeout: Option<Duration>) -> Result<SigInfo> {
    let mut info = SigInfo { signal: Signal(0), origin: Origin::User, pid: Pid(0), value: 0 };
    let call = Call::Sigtimedwait { set, info: &mut info, timeout: after(timeout) };
    at(Location::caller(), call)?;
    Ok(info)
}

/// sigsuspend(2): returns with [`Errno::EINTR`], always.
#[track_caller]
pub fn sigsuspend(mask: SigSet) -> Errno {
    at(Location::caller(), Call::Sigsuspend { mask }).err().unwrap_or(Errno::EINTR)
}

/// pause(2): returns with [`Errno::EINTR`], always.
#[track_caller]
pub fn pause() -> Errno {
    at(Location::caller(), Call::Pause).err().unwrap_or(Errno::EINTR)
}

/// getpid(2).
#[track_caller]
pub fn getpid() -> Pid {
    Pid(at(Location::caller(), Call::Getpid).map_or(0, small))
}

/// getppid(2).
#[track_caller]
pub fn getppid() -> Pid {
    Pid(at(Location::caller(), Call::Getppid).map_or(0, small))
}

/// waitpid(2), for one child or (`None`) any: which one ended, and how.
#[track_caller]
pub fn waitpid(pid: Option<Pid>) -> Result<(Pid, Ending)> {
    let mut ending = Ending::Exited(0);
    let call = Call::Waitpid { pid: pid.unwrap_or(Pid(-1)), hang: true, ending: &mut ending };
    let pid = at(Location::caller(), call)?;
    Ok((Pid(small(pid)), ending))
}

/// waitpid(2) with `WNOHANG`: `None` if no child has ended.
#[track_caller]
pub fn try_waitpid(pid: Option<Pid>) -> Result<Option<(Pid, Ending)>> {
    let mut ending = Ending::Exited(0);
    let call = Call::Waitpid { pid: pid.unwrap_or(Pid(-1)), hang: false, ending: &mut ending };
    let pid = at(Location::caller(), call)?;
    Ok((pid != 0).then_some((Pid(small(pid)), ending)))
}

/// `clock_gettime`(2), `CLOCK_REALTIME`: the time since the Epoch.
#[track_caller]
pub fn clock_gettime() -> Duration {
    let mut now = 0;
    let _ = at(Location::caller(), Call::ClockGettime { now: &mut now });
    Duration::from_nanos(now)
}

/// nanosleep(2): fails with [`Errno::EINTR`] if a handler ran.
#[track_caller]
pub fn nanosleep(time: Duration) -> Result<()> {
    let until = Timeout::After(nanoseconds(time));
    at(Location::caller(), Call::Nanosleep { until }).map(drop)
}
