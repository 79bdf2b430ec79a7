//! Calls as the manual writes them, and whether they change anything.

use std::fmt;
use std::hash::{Hash as _, Hasher};

use siphasher::sip::SipHasher13;

use super::signal::UNSTOPPABLE;
use super::{
    Address, Answer, Call, Control, Disposition, Ending, Errno, Family, Half, OpenFlags, Origin,
    Pid, PollEvents, PollFd, QueueAttributes, SigInfo, SigSet, Signal, Simulated, SocketType,
    Timeout,
};

/// Bytes of a buffer that are shown.
const SHOWN_MAX: usize = 12;

/// A call with what goes in, on a machine that knows whose numbers those of processes are.
struct Described<'a, 'b>(&'a Call<'b>, &'a Simulated);

/// What came out.
struct Answered<'a, 'b>(&'a Call<'b>, Answer, &'a Simulated);

/// A process by its name in the drawing, which is easier to follow than its number.
struct Named<'a>(Pid, &'a Simulated);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1.named(self.0) {
            Some(process) => write!(f, "{process}"),
            None => write!(f, "{}", self.0.0),
        }
    }
}

/// Bytes, as far as they are shown: as text if they are.
struct Bytes<'a>(&'a [u8]);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for byte in self.0.iter().take(SHOWN_MAX) {
            write!(f, "{}", byte.escape_ascii())?;
        }
        f.write_str(if self.0.len() > SHOWN_MAX { "…\"" } else { "\"" })
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::HUP => "SIGHUP",
            Self::INT => "SIGINT",
            Self::KILL => "SIGKILL",
            Self::USR1 => "SIGUSR1",
            Self::USR2 => "SIGUSR2",
            Self::PIPE => "SIGPIPE",
            Self::ALRM => "SIGALRM",
            Self::TERM => "SIGTERM",
            Self::CHLD => "SIGCHLD",
            Self::CONT => "SIGCONT",
            Self::STOP => "SIGSTOP",
            Self(number) if self.is_real_time() => {
                return write!(f, "SIGRTMIN+{}", number - Self::RTMIN.0);
            }
            Self(number) => return write!(f, "signal {number}"),
        };
        f.write_str(name)
    }
}

impl fmt::Display for SigInfo {
    /// The signal and, if sigqueue(3) sent it, its number: `SIGRTMIN+0 with 7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.signal)?;
        if self.origin == Origin::Queue { write!(f, " with {}", self.value) } else { Ok(()) }
    }
}

impl fmt::Display for SigSet {
    /// `{SIGUSR1, SIGUSR2}`; or by what is missing, if that is less: `{all but SIGUSR1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |set: Self| -> Vec<String> {
            let signals = (1..=64).map(Signal).filter(|&signal| set.contains(signal));
            signals.map(|signal| signal.to_string()).collect()
        };
        // Those that cannot be blocked are missing from every mask.
        let missing = listed(Self::ALL.minus(*self).minus(UNSTOPPABLE));
        let present = listed(*self);
        if missing.is_empty() {
            f.write_str("{all}")
        } else if missing.len() < present.len() {
            write!(f, "{{all but {}}}", missing.join(", "))
        } else {
            write!(f, "{{{}}}", present.join(", "))
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unix => "AF_UNIX",
            Self::Inet => "AF_INET",
        })
    }
}

impl fmt::Display for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream => "SOCK_STREAM",
            Self::Datagram => "SOCK_DGRAM",
            Self::SeqPacket => "SOCK_SEQPACKET",
        })
    }
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "SHUT_RD",
            Self::Write => "SHUT_WR",
            Self::Both => "SHUT_RDWR",
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{path:?}"),
            Self::Abstract(name) => write!(f, "\"\\0{name}\""),
            Self::Port(port) => write!(f, "127.0.0.1:{port}"),
            Self::Unnamed => f.write_str("no address"),
        }
    }
}

/// Flags by their names in the manual, with `|` between them.
struct Flags<F>(&'static str, F);

impl<I: Iterator<Item = &'static str>, F: Fn() -> I> fmt::Display for Flags<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in (self.1)().enumerate() {
            write!(f, "{}{}{name}", if place > 0 { "|" } else { "" }, self.0)?;
        }
        if (self.1)().next().is_none() { f.write_str("0") } else { Ok(()) }
    }
}

fn open_flags(flags: OpenFlags) -> impl fmt::Display {
    let mode = if flags.contains(OpenFlags::RDWR) {
        "RDWR"
    } else if flags.contains(OpenFlags::WRONLY) {
        "WRONLY"
    } else {
        "RDONLY"
    };
    let others = flags.difference(OpenFlags::WRONLY.union(OpenFlags::RDWR));
    Flags("O_", move || std::iter::once(mode).chain(others.iter_names().map(|(name, _)| name)))
}

fn poll_events(events: PollEvents) -> impl fmt::Display {
    Flags("POLL", move || events.iter_names().map(|(name, _)| name))
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("no timeout"),
            Self::After(time) => write!(f, "{} µs", time / 1000),
            Self::At(time) => write!(f, "until {time} ns"),
        }
    }
}

fn polled(
    f: &mut fmt::Formatter<'_>,
    fds: &[PollFd],
    of: fn(&PollFd) -> PollEvents,
) -> fmt::Result {
    f.write_str("{")?;
    for (place, polled) in fds.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(f, "{comma}{}: {}", polled.fd.0, poll_events(of(polled)))?;
    }
    f.write_str("}")
}

impl fmt::Display for Described<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Call::Pipe { .. } => write!(f, "pipe()"),
            Call::Read { fd, buffer } => write!(f, "read({}, {} bytes)", fd.0, buffer.len()),
            Call::Write { fd, bytes } => {
                write!(f, "write({}, {}, {})", fd.0, Bytes(bytes), bytes.len())
            }
            Call::Close { fd } => write!(f, "close({})", fd.0),
            Call::Dup { fd } => write!(f, "dup({})", fd.0),
            Call::Dup2 { fd, to } => write!(f, "dup2({}, {})", fd.0, to.0),
            Call::Fcntl { fd, control } => match control {
                Control::GetFlags => write!(f, "fcntl({}, F_GETFL)", fd.0),
                Control::SetFlags(flags) => {
                    write!(f, "fcntl({}, F_SETFL, {})", fd.0, open_flags(*flags))
                }
                Control::GetPipeSize => write!(f, "fcntl({}, F_GETPIPE_SZ)", fd.0),
                Control::SetPipeSize(size) => {
                    write!(f, "fcntl({}, F_SETPIPE_SZ, {size})", fd.0)
                }
                Control::Duplicate(lowest) => {
                    write!(f, "fcntl({}, F_DUPFD, {})", fd.0, lowest.0)
                }
            },
            Call::Mkfifo { path } => write!(f, "mkfifo({path:?})"),
            Call::Open { path, flags } => write!(f, "open({path:?}, {})", open_flags(*flags)),
            Call::Unlink { path } => write!(f, "unlink({path:?})"),
            Call::Poll { fds, timeout } => {
                f.write_str("poll(")?;
                polled(f, fds, |it| it.events)?;
                write!(f, ", {timeout})")
            }
            Call::MqOpen { name, flags, attributes } => {
                write!(f, "mq_open({name:?}, {}", open_flags(*flags))?;
                if let Some(QueueAttributes { messages_max, bytes_max, .. }) = attributes {
                    write!(f, ", {{maxmsg {messages_max}, msgsize {bytes_max}}}")?;
                }
                f.write_str(")")
            }
            Call::MqSend { fd, bytes, priority, .. } => {
                write!(f, "mq_send({}, {}, {}, {priority})", fd.0, Bytes(bytes), bytes.len())
            }
            Call::MqReceive { fd, buffer, .. } => {
                write!(f, "mq_receive({}, {} bytes)", fd.0, buffer.len())
            }
            Call::MqGetattr { fd, .. } => write!(f, "mq_getattr({})", fd.0),
            Call::MqSetattr { fd, nonblocking } => {
                write!(f, "mq_setattr({}, {})", fd.0, if *nonblocking { "O_NONBLOCK" } else { "0" })
            }
            Call::MqUnlink { name } => write!(f, "mq_unlink({name:?})"),
            Call::MqNotify { fd, signal: None } => write!(f, "mq_notify({}, NULL)", fd.0),
            Call::MqNotify { fd, signal: Some((signal, _)) } => {
                write!(f, "mq_notify({}, {signal})", fd.0)
            }
            Call::Socket { family, kind, .. } => write!(f, "socket({family}, {kind})"),
            Call::Socketpair { kind, .. } => write!(f, "socketpair({kind})"),
            Call::Bind { fd, address } => write!(f, "bind({}, {address})", fd.0),
            Call::Listen { fd, backlog } => write!(f, "listen({}, {backlog})", fd.0),
            Call::Accept { fd, .. } => write!(f, "accept({})", fd.0),
            Call::Connect { fd, address } => write!(f, "connect({}, {address})", fd.0),
            Call::Send { fd, bytes, to: None, .. } => {
                write!(f, "send({}, {}, {})", fd.0, Bytes(bytes), bytes.len())
            }
            Call::Send { fd, bytes, to: Some(to), .. } => {
                write!(f, "sendto({}, {}, {}, {to})", fd.0, Bytes(bytes), bytes.len())
            }
            Call::Recv { fd, buffer, .. } => write!(f, "recv({}, {} bytes)", fd.0, buffer.len()),
            Call::Shutdown { fd, half } => write!(f, "shutdown({}, {half})", fd.0),
            Call::Getsockname { fd, .. } => write!(f, "getsockname({})", fd.0),
            Call::Kill { pid, signal } => {
                write!(f, "kill({}, {})", Named(*pid, self.1), Signal(*signal))
            }
            Call::Sigqueue { pid, signal, value } => {
                write!(f, "sigqueue({}, {signal}, {value})", Named(*pid, self.1))
            }
            Call::Sigaction { signal, action, .. } => {
                let action = action.map(|action| action.disposition);
                let what = match action {
                    None => "NULL",
                    Some(Disposition::Default) => "SIG_DFL",
                    Some(Disposition::Ignore) => "SIG_IGN",
                    Some(Disposition::Handler(_)) => "handler",
                };
                write!(f, "sigaction({signal}, {what})")
            }
            Call::Sigprocmask { how, set, .. } => match set {
                Some(set) => write!(f, "sigprocmask({how:?}, {set})"),
                None => f.write_str("sigprocmask(NULL)"),
            },
            Call::Sigpending { .. } => f.write_str("sigpending()"),
            Call::Sigtimedwait { set, timeout: Timeout::Never, .. } => {
                write!(f, "sigwaitinfo({set})")
            }
            Call::Sigtimedwait { set, timeout, .. } => write!(f, "sigtimedwait({set}, {timeout})"),
            Call::Sigsuspend { mask } => write!(f, "sigsuspend({mask})"),
            Call::Pause => f.write_str("pause()"),
            Call::Getpid => f.write_str("getpid()"),
            Call::Getppid => f.write_str("getppid()"),
            Call::Waitpid { pid, hang, .. } => {
                let hang = if *hang { "" } else { ", WNOHANG" };
                write!(f, "waitpid({}{hang})", Named(*pid, self.1))
            }
            Call::Exit { status } => write!(f, "exit({status})"),
            Call::ClockGettime { .. } => f.write_str("clock_gettime()"),
            Call::Nanosleep { until } => write!(f, "nanosleep({until})"),
        }
    }
}

impl fmt::Display for Answered<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match self.1 {
            Ok(value) => value,
            Err(Errno::ENOSYS) => return f.write_str("-1 ENOSYS: not modelled"),
            Err(errno) => return write!(f, "-1 {}", errno.name()),
        };
        write!(f, "{value}")?;
        match self.0 {
            Call::Pipe { ends, .. } | Call::Socketpair { ends, .. } => {
                write!(f, ": [{}, {}]", ends[0].0, ends[1].0)
            }
            Call::Read { buffer, .. } | Call::Recv { buffer, .. } if value > 0 => {
                write!(f, ": {}", Bytes(&buffer[..value.min(buffer.len())]))
            }
            Call::MqReceive { buffer, priority, .. } => {
                write!(f, ": {}, priority {priority}", Bytes(&buffer[..value.min(buffer.len())]))
            }
            Call::Poll { fds, .. } if value > 0 => {
                f.write_str(": ")?;
                polled(f, fds, |it| it.revents)
            }
            Call::Accept { peer, .. } if **peer != Address::Unnamed => write!(f, ": {peer}"),
            Call::Getsockname { address, .. } => write!(f, ": {address}"),
            Call::MqGetattr { attributes, .. } => {
                let QueueAttributes { messages_max, bytes_max, messages, .. } = attributes;
                write!(f, ": {{maxmsg {messages_max}, msgsize {bytes_max}, curmsgs {messages}}}")
            }
            Call::Sigtimedwait { info, .. } => write!(f, ": {}", info.told(self.2)),
            Call::Sigpending { set } => write!(f, ": {set}"),
            Call::Waitpid { ending, .. } if value > 0 => {
                write!(f, ": {} ", Named(Pid(super::small(value)), self.2))?;
                match **ending {
                    Ending::Exited(status) => write!(f, "exited {status}"),
                    Ending::Killed(signal) => write!(f, "was killed by {signal}"),
                }
            }
            _ => Ok(()),
        }
    }
}

/// What is told with a signal.
struct Told<'a>(&'a SigInfo, &'a Simulated);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(info, machine) = self;
        write!(f, "{} from {}", info.signal, Named(info.pid, machine))?;
        match info.origin {
            Origin::Queue => write!(f, ", value {}", info.value),
            Origin::User | Origin::Kernel | Origin::Notification => Ok(()),
        }
    }
}

impl SigInfo {
    /// It in words: `SIGRTMIN+0 from P1, value 7`.
    pub fn told<'a>(&'a self, machine: &'a Simulated) -> impl fmt::Display + 'a {
        Told(self, machine)
    }
}

impl Call<'_> {
    /// Its name in the manual.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pipe { .. } => "pipe",
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
            Self::Close { .. } => "close",
            Self::Dup { .. } => "dup",
            Self::Dup2 { .. } => "dup2",
            Self::Fcntl { .. } => "fcntl",
            Self::Mkfifo { .. } => "mkfifo",
            Self::Open { .. } => "open",
            Self::Unlink { .. } => "unlink",
            Self::Poll { .. } => "poll",
            Self::MqOpen { .. } => "mq_open",
            Self::MqSend { .. } => "mq_send",
            Self::MqReceive { .. } => "mq_receive",
            Self::MqGetattr { .. } => "mq_getattr",
            Self::MqSetattr { .. } => "mq_setattr",
            Self::MqUnlink { .. } => "mq_unlink",
            Self::MqNotify { .. } => "mq_notify",
            Self::Socket { .. } => "socket",
            Self::Socketpair { .. } => "socketpair",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Accept { .. } => "accept",
            Self::Connect { .. } => "connect",
            Self::Send { .. } => "send",
            Self::Recv { .. } => "recv",
            Self::Shutdown { .. } => "shutdown",
            Self::Getsockname { .. } => "getsockname",
            Self::Kill { .. } => "kill",
            Self::Sigqueue { .. } => "sigqueue",
            Self::Sigaction { .. } => "sigaction",
            Self::Sigprocmask { .. } => "sigprocmask",
            Self::Sigpending { .. } => "sigpending",
            Self::Sigtimedwait { .. } => "sigwaitinfo",
            Self::Sigsuspend { .. } => "sigsuspend",
            Self::Pause => "pause",
            Self::Getpid => "getpid",
            Self::Getppid => "getppid",
            Self::Waitpid { .. } => "waitpid",
            Self::Exit { .. } => "exit",
            Self::ClockGettime { .. } => "clock_gettime",
            Self::Nanosleep { .. } => "nanosleep",
        }
    }

    /// A digest of what goes in, in order to tell calls apart that stand at the same place.
    pub fn operand(&self) -> u64 {
        let mut hasher = SipHasher13::new();
        match self {
            Self::Read { fd, buffer } | Self::Recv { fd, buffer, .. } => {
                (fd, buffer.len()).hash(&mut hasher);
            }
            Self::MqReceive { fd, buffer, timeout, .. } => {
                (fd, buffer.len(), timeout).hash(&mut hasher);
            }
            Self::Poll { fds, timeout } => {
                timeout.hash(&mut hasher);
                fds.iter().for_each(|it| (it.fd, it.events).hash(&mut hasher));
            }
            _ => self.hash(&mut hasher),
        }
        hasher.finish()
    }

    /// What its process knows when it has returned: the answer, and what was written where the arguments
    /// point.
    pub fn hash_outcome(&self, answer: Answer, hasher: &mut impl Hasher) {
        answer.hash(hasher);
        match (self, answer) {
            (
                Self::Read { buffer, .. }
                | Self::Recv { buffer, .. }
                | Self::MqReceive { buffer, .. },
                Ok(length),
            ) => buffer[..length.min(buffer.len())].hash(hasher),
            _ => self.hash(hasher),
        }
    }

    /// The call with its arguments, as the manual writes it.
    pub fn described<'a>(&'a self, machine: &'a Simulated) -> impl fmt::Display + 'a {
        Described(self, machine)
    }

    /// What it returned, and what it wrote where its arguments point.
    pub fn answered<'a>(
        &'a self,
        answer: Answer,
        machine: &'a Simulated,
    ) -> impl fmt::Display + 'a {
        Answered(self, answer, machine)
    }

    /// Whether a call that was answered so has changed nothing, and said nothing but that: the same call
    /// would be answered so again, until somebody else does something.
    pub const fn has_no_effect(&self, answer: Answer) -> bool {
        match answer {
            // It empties the queue of the peer, and forgets who that is.
            Err(Errno::ECONNREFUSED) => !matches!(self, Self::Send { .. } | Self::Write { .. }),
            Err(
                Errno::EAGAIN
                | Errno::ENOENT
                | Errno::ENXIO
                | Errno::ESRCH
                | Errno::EEXIST
                | Errno::EADDRINUSE
                | Errno::ECHILD
                | Errno::ETIMEDOUT
                | Errno::EBUSY
                | Errno::EBADF
                | Errno::EINVAL
                | Errno::ENOTCONN
                | Errno::ENOSYS,
            ) => true,
            Err(_) => false,
            Ok(value) => match self {
                Self::Getpid | Self::Getppid | Self::Nanosleep { .. } => true,
                Self::Poll { .. } | Self::Waitpid { .. } => value == 0,
                // The end of a stream comes again and again.
                Self::Read { buffer, .. } => value == 0 && !buffer.is_empty(),
                Self::Kill { signal, .. } => *signal == 0,
                _ => false,
            },
        }
    }
}
