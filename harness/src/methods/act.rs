//! The calls of experiments, as values, and what they return.

use std::fmt;

use crate::kernel::{Answer, OpenFlags, SigSet, Signal, SocketType};

/// The path of the FIFO.
pub const FIFO: &str = "f0";

/// The path of the socket.
pub const SOCKET: &str = "s0";

/// The name of the queue.
pub const QUEUE: &str = "/q0";

/// The signals of the experiments: two standard ones, and two of real time.
pub const SIGNALS: SigSet = SigSet::EMPTY
    .with(Signal::USR1)
    .with(Signal::USR2)
    .with(Signal::RTMIN)
    .with(Signal(Signal::RTMIN.0 + 1));

/// A call. Descriptors are numbers of the process that makes it; what is sent are bytes whose first is `serial`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the arguments have the names and meanings of the manual")]
pub enum Act {
    /// fork(2): the child is the process with this index.
    Fork { child: usize },
    /// exit(3).
    Exit,
    /// waitpid(2).
    Wait { child: usize },
    /// pipe(2).
    Pipe,
    /// read(2).
    Read { fd: i32, room: usize },
    /// write(2).
    Write { fd: i32, length: usize, serial: u8 },
    /// close(2).
    Close { fd: i32 },
    /// fcntl(2), `F_SETFL`: with `O_NONBLOCK`, or without.
    SetFlags { fd: i32, flags: OpenFlags },
    /// mkfifo(3), of [`FIFO`].
    Mkfifo,
    /// open(2), of [`FIFO`].
    Open { flags: OpenFlags },
    /// unlink(2).
    Unlink { path: &'static str },
    /// sigprocmask(2): blocks [`SIGNALS`].
    Block,
    /// kill(2).
    Kill { target: usize, signal: Signal },
    /// sigqueue(3).
    Sigqueue { target: usize, signal: Signal, value: i32 },
    /// sigwaitinfo(2) for [`SIGNALS`], or sigtimedwait(2) with no time.
    Await { waits: bool },
    /// `mq_open(3)`, of [`QUEUE`], with the attributes that are usual.
    MqOpen { flags: OpenFlags },
    /// `mq_send(3)`.
    MqSend { fd: i32, length: usize, serial: u8, priority: u32 },
    /// `mq_receive(3)`.
    MqReceive { fd: i32, room: usize },
    /// `mq_unlink(3)`, of [`QUEUE`].
    MqUnlink,
    /// socketpair(2).
    Socketpair { kind: SocketType },
    /// socket(2), of `AF_UNIX`.
    Socket { kind: SocketType },
    /// bind(2).
    Bind { fd: i32, path: &'static str },
    /// listen(2).
    Listen { fd: i32 },
    /// accept(2).
    Accept { fd: i32 },
    /// connect(2).
    Connect { fd: i32, path: &'static str },
    /// sendto(2), with `MSG_NOSIGNAL`.
    Send { fd: i32, length: usize, serial: u8, to: Option<&'static str> },
    /// recv(2).
    Recv { fd: i32, room: usize },
}

/// What a call returned, as far as experiments look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The number.
    pub answer: Answer,
    /// Two descriptors, if it made two.
    pub ends: Option<[i32; 2]>,
    /// The first byte that was read, if there was any.
    pub first: Option<u8>,
    /// The signal that was received.
    pub told: Option<Told>,
}

/// What sigwaitinfo(2) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which signal.
    pub signal: Signal,
    /// Which process sent it, if it is one of the experiment.
    pub sender: Option<usize>,
    /// What was sent with it.
    pub value: Option<i32>,
}

impl Act {
    /// By what the call names whom or what it is about; `None`: by a descriptor.
    pub const fn names(&self) -> Option<&'static str> {
        match self {
            Self::Open { .. } => Some("path"),
            Self::MqOpen { .. } => Some("queue name"),
            Self::Kill { .. } | Self::Sigqueue { .. } => Some("process number"),
            Self::Connect { .. } | Self::Send { to: Some(_), .. } => Some("socket address"),
            _ => None,
        }
    }
}

/// The bytes of a message: each differs from its neighbours.
pub(super) fn bytes(serial: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| serial ^ at as u8 ^ (at >> 8) as u8).collect()
}

fn flags(flags: OpenFlags) -> String {
    let mode = if flags.contains(OpenFlags::RDWR) {
        "O_RDWR"
    } else if flags.contains(OpenFlags::WRONLY) {
        "O_WRONLY"
    } else {
        "O_RDONLY"
    };
    let others = flags.difference(OpenFlags::WRONLY.union(OpenFlags::RDWR));
    let others = others.iter_names().map(|(name, _)| format!("|O_{name}"));
    std::iter::once(mode.to_owned()).chain(others).collect()
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fork { child } => write!(f, "fork() of P{child}"),
            Self::Exit => write!(f, "exit(0)"),
            Self::Wait { child } => write!(f, "waitpid(P{child})"),
            Self::Pipe => write!(f, "pipe()"),
            Self::Read { fd, room } => write!(f, "read({fd}, {room} bytes)"),
            Self::Write { fd, length, serial } => {
                write!(f, "write({fd}, message {serial}, {length} bytes)")
            }
            Self::Close { fd } => write!(f, "close({fd})"),
            Self::SetFlags { fd, flags } if flags.is_empty() => {
                write!(f, "fcntl({fd}, F_SETFL, 0)")
            }
            Self::SetFlags { fd, .. } => write!(f, "fcntl({fd}, F_SETFL, O_NONBLOCK)"),
            Self::Mkfifo => write!(f, "mkfifo({FIFO:?})"),
            Self::Open { flags: how } => write!(f, "open({FIFO:?}, {})", flags(how)),
            Self::Unlink { path } => write!(f, "unlink({path:?})"),
            Self::Block => write!(f, "sigprocmask(SIG_BLOCK, {SIGNALS})"),
            Self::Kill { target, signal } => write!(f, "kill(P{target}, {signal})"),
            Self::Sigqueue { target, signal, value } => {
                write!(f, "sigqueue(P{target}, {signal}, {value})")
            }
            Self::Await { waits: true } => write!(f, "sigwaitinfo()"),
            Self::Await { waits: false } => write!(f, "sigtimedwait(no time)"),
            Self::MqOpen { flags: how } => write!(f, "mq_open({QUEUE:?}, {})", flags(how)),
            Self::MqSend { fd, length, serial, priority } => {
                write!(f, "mq_send({fd}, message {serial}, {length} bytes, priority {priority})")
            }
            Self::MqReceive { fd, room } => write!(f, "mq_receive({fd}, {room} bytes)"),
            Self::MqUnlink => write!(f, "mq_unlink({QUEUE:?})"),
            Self::Socketpair { kind } => write!(f, "socketpair({})", name(kind)),
            Self::Socket { kind } => write!(f, "socket({})", name(kind)),
            Self::Bind { fd, path } => write!(f, "bind({fd}, {path:?})"),
            Self::Listen { fd } => write!(f, "listen({fd})"),
            Self::Accept { fd } => write!(f, "accept({fd})"),
            Self::Connect { fd, path } => write!(f, "connect({fd}, {path:?})"),
            Self::Send { fd, length, serial, to: None } => {
                write!(f, "send({fd}, message {serial}, {length} bytes)")
            }
            Self::Send { fd, length, serial, to: Some(path) } => {
                write!(f, "sendto({fd}, message {serial}, {length} bytes, {path:?})")
            }
            Self::Recv { fd, room } => write!(f, "recv({fd}, {room} bytes)"),
        }
    }
}

const fn name(kind: SocketType) -> &'static str {
    match kind {
        SocketType::Stream => "SOCK_STREAM",
        SocketType::Datagram => "SOCK_DGRAM",
        SocketType::SeqPacket => "SOCK_SEQPACKET",
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match self.answer {
            Ok(value) => value,
            Err(errno) => return f.write_str(errno.name()),
        };
        if let Some(told) = self.told {
            write!(f, "{}", told.signal)?;
            if let Some(sender) = told.sender {
                write!(f, " from P{sender}")?;
            }
            return told.value.map_or(Ok(()), |value| write!(f, ", value {value}"));
        }
        write!(f, "{value}")?;
        if let Some([one, other]) = self.ends {
            write!(f, ": [{one}, {other}]")?;
        }
        self.first.map_or(Ok(()), |serial| write!(f, ": message {serial}"))
    }
}
