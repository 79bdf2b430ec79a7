//! The system calls, with their arguments, and what they return.

use bitflags::bitflags;

use super::Errno;

/// A file descriptor: a small number in the table of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fd(pub i32);

impl Fd {
    /// The descriptor that a call returned: a small number.
    pub(crate) const fn returned(number: usize) -> Self {
        Self(small(number))
    }

    /// The place in its table.
    pub(super) const fn place(self) -> usize {
        self.0.cast_unsigned() as usize
    }
}

/// A number that a call returned, such as that of a process: small.
pub(crate) const fn small(number: usize) -> i32 {
    (number as u32).cast_signed()
}

/// The number of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(pub i32);

impl Fd {
    /// As what a call returns.
    pub(super) const fn answer(self) -> usize {
        self.0.unsigned_abs() as usize
    }
}

impl Pid {
    /// As what a call returns.
    pub(super) const fn answer(self) -> usize {
        self.0.unsigned_abs() as usize
    }
}

/// The number of a signal: 1 to 31 the standard ones, 34 to 64 the real-time ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(pub i32);

impl Signal {
    /// Hangup.
    pub const HUP: Self = Self(1);
    /// Interrupt from the keyboard.
    pub const INT: Self = Self(2);
    /// Kill: cannot be caught.
    pub const KILL: Self = Self(9);
    /// For the user.
    pub const USR1: Self = Self(10);
    /// For the user, another one.
    pub const USR2: Self = Self(12);
    /// Broken pipe: a write with no readers.
    pub const PIPE: Self = Self(13);
    /// From alarm(2).
    pub const ALRM: Self = Self(14);
    /// Termination.
    pub const TERM: Self = Self(15);
    /// A child stopped or ended.
    pub const CHLD: Self = Self(17);
    /// Continue.
    pub const CONT: Self = Self(18);
    /// Stop: cannot be caught.
    pub const STOP: Self = Self(19);
    /// The first real-time signal, as glibc counts. signal(7): programs use `SIGRTMIN + n`.
    pub const RTMIN: Self = Self(34);
    /// The last one.
    pub const RTMAX: Self = Self(64);

    /// Whether instances of it are queued.
    pub const fn is_real_time(self) -> bool {
        self.0 >= Self::RTMIN.0 && self.0 <= Self::RTMAX.0
    }

    /// Whether there is such a signal.
    pub const fn is_valid(self) -> bool {
        (1 <= self.0 && self.0 <= 31) || self.is_real_time()
    }
}

/// A set of signals: bit `n - 1` for signal `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct SigSet(pub u64);

impl SigSet {
    /// No signal: `sigemptyset(3)`.
    pub const EMPTY: Self = Self(0);

    /// All signals that programs know: `sigfillset(3)`.
    pub const ALL: Self = Self(!(1 << 31 | 1 << 32));

    const fn bit(signal: Signal) -> u64 {
        if signal.is_valid() { 1 << (signal.0 - 1) } else { 0 }
    }

    /// These, and `signal`.
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | Self::bit(signal))
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without those.
    #[must_use]
    pub const fn minus(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// All others.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(!self.0)
    }

    /// Whether `signal` is one of them.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & Self::bit(signal) != 0
    }
}

bitflags! {
    /// How a file is opened: open(2), pipe(2), `mq_open(3)`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct OpenFlags: u32 {
        /// For reading only; it is the absence of the other two.
        const RDONLY = 0;
        /// For writing only.
        const WRONLY = 0o1;
        /// For both.
        const RDWR = 0o2;
        /// Create it if it is not there.
        const CREAT = 0o100;
        /// With `CREAT`: fail if it is there.
        const EXCL = 0o200;
        /// Calls do not block.
        const NONBLOCK = 0o4000;
    }

    /// What poll(2) is asked and answers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct PollEvents: u16 {
        /// There is something to read.
        const IN = 0x1;
        /// There is room to write.
        const OUT = 0x4;
        /// An error; answered unasked.
        const ERR = 0x8;
        /// The other side hung up; answered unasked.
        const HUP = 0x10;
        /// No such descriptor; answered unasked.
        const NVAL = 0x20;
        /// The peer closed or shut down its writing half.
        const RDHUP = 0x2000;
    }

    /// Flags of send(2) and recv(2).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct MessageFlags: u32 {
        /// Look, and leave it there.
        const PEEK = 0x2;
        /// Return the true length of a message that does not fit.
        const TRUNC = 0x20;
        /// This call does not block.
        const DONTWAIT = 0x40;
        /// Wait for as many bytes as were asked for.
        const WAITALL = 0x100;
        /// No SIGPIPE.
        const NOSIGNAL = 0x4000;
    }

    /// Flags of sigaction(2).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct ActionFlags: u32 {
        /// Calls that the handler interrupts are restarted, if they are of those that can be.
        const RESTART = 0x1000_0000;
        /// The signal is not blocked while its handler runs.
        const NODEFER = 0x4000_0000;
        /// The default action is restored when the handler is called.
        const RESETHAND = 0x8000_0000;
    }
}

/// What to do with a caught signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Disposition {
    /// `SIG_DFL`.
    #[default]
    Default,
    /// `SIG_IGN`.
    Ignore,
    /// Call the handler with this number, which only the caller can interpret.
    Handler(u32),
}

/// An action of sigaction(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Action {
    /// What to do.
    pub disposition: Disposition,
    /// What else is blocked while the handler runs.
    pub mask: SigSet,
    /// How.
    pub flags: ActionFlags,
}

/// Where a signal came from: `si_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// kill(2). SIGPIPE looks as if the process had sent it to itself.
    #[default]
    User,
    /// sigqueue(3).
    Queue,
    /// The kernel itself: SIGCHLD.
    Kernel,
    /// `mq_notify(3)`.
    Notification,
}

/// What a handler and sigwaitinfo(2) are told: `siginfo_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SigInfo {
    /// Which signal.
    pub signal: Signal,
    /// From where.
    pub origin: Origin,
    /// Who sent it; 0 where the kernel does not know.
    pub pid: Pid,
    /// The value that went with it; of SIGCHLD, the status or the signal by which the child ended.
    pub value: i32,
}

/// One descriptor of poll(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PollFd {
    /// Which; a negative one is left out.
    pub fd: Fd,
    /// What is asked.
    pub events: PollEvents,
    /// What is answered.
    pub revents: PollEvents,
}

/// What fcntl(2) does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// `F_GETFL`.
    GetFlags,
    /// `F_SETFL`: only `NONBLOCK` can be changed.
    SetFlags(OpenFlags),
    /// `F_GETPIPE_SZ`.
    GetPipeSize,
    /// `F_SETPIPE_SZ`, in bytes.
    SetPipeSize(usize),
    /// `F_DUPFD`: the lowest number not below this one.
    Duplicate(Fd),
}

/// How a set of signals changes a mask: `how` of sigprocmask(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaskChange {
    /// `SIG_BLOCK`.
    Block,
    /// `SIG_UNBLOCK`.
    Unblock,
    /// `SIG_SETMASK`.
    Set,
}

/// Attributes of a message queue: `struct mq_attr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct QueueAttributes {
    /// Whether calls do not block.
    pub nonblocking: bool,
    /// `mq_maxmsg`: how many messages it holds.
    pub messages_max: usize,
    /// `mq_msgsize`: how many bytes a message has at most.
    pub bytes_max: usize,
    /// `mq_curmsgs`: how many there are.
    pub messages: usize,
}

/// Families of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// `AF_UNIX`.
    Unix,
    /// `AF_INET`, of which the loopback address is modelled.
    Inet,
}

/// Types of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SocketType {
    /// `SOCK_STREAM`.
    Stream,
    /// `SOCK_DGRAM`.
    Datagram,
    /// `SOCK_SEQPACKET`.
    SeqPacket,
}

/// The address of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// A path of the file system.
    Path(String),
    /// A Linux abstract name.
    Abstract(String),
    /// A port of the loopback address; 0 lets the kernel choose.
    Port(u16),
    /// None: a socket that was not bound.
    Unnamed,
}

/// What shutdown(2) ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Half {
    /// `SHUT_RD`.
    Read,
    /// `SHUT_WR`.
    Write,
    /// `SHUT_RDWR`.
    Both,
}

/// How long a call waits, in nanoseconds of virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// For ever.
    Never,
    /// So long from now on.
    After(u64),
    /// Until that time (of the clock that `clock_gettime(2)` reads).
    At(u64),
}

/// How a process ended: what waitpid(2) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// By exit(3), with this status.
    Exited(i32),
    /// By this signal.
    Killed(Signal),
}

/// One system call with its arguments. What comes out, beside the number that is returned, is written where
/// the arguments point.
#[derive(Debug, Hash)]
#[expect(missing_docs, reason = "the arguments have the names and meanings of the manual")]
pub enum Call<'a> {
    /// pipe2(2): the reading and the writing end.
    Pipe { ends: &'a mut [Fd; 2], flags: OpenFlags },
    /// read(2).
    Read { fd: Fd, buffer: &'a mut [u8] },
    /// write(2).
    Write { fd: Fd, bytes: &'a [u8] },
    /// close(2).
    Close { fd: Fd },
    /// dup(2).
    Dup { fd: Fd },
    /// dup2(2).
    Dup2 { fd: Fd, to: Fd },
    /// fcntl(2).
    Fcntl { fd: Fd, control: Control },
    /// mkfifo(3).
    Mkfifo { path: &'a str },
    /// open(2), of FIFOs.
    Open { path: &'a str, flags: OpenFlags },
    /// unlink(2).
    Unlink { path: &'a str },
    /// poll(2).
    Poll { fds: &'a mut [PollFd], timeout: Timeout },

    /// `mq_open(3)`; the attributes are those of a new queue.
    MqOpen { name: &'a str, flags: OpenFlags, attributes: Option<QueueAttributes> },
    /// `mq_timedsend(3)`.
    MqSend { fd: Fd, bytes: &'a [u8], priority: u32, timeout: Timeout },
    /// `mq_timedreceive(3)`.
    MqReceive { fd: Fd, buffer: &'a mut [u8], priority: &'a mut u32, timeout: Timeout },
    /// `mq_getattr(3)`.
    MqGetattr { fd: Fd, attributes: &'a mut QueueAttributes },
    /// `mq_setattr(3)`: only whether calls block.
    MqSetattr { fd: Fd, nonblocking: bool },
    /// `mq_unlink(3)`.
    MqUnlink { name: &'a str },
    /// `mq_notify(3)`; `None` unregisters.
    MqNotify { fd: Fd, signal: Option<(Signal, i32)> },

    /// socket(2).
    Socket { family: Family, kind: SocketType, flags: OpenFlags },
    /// socketpair(2).
    Socketpair { kind: SocketType, flags: OpenFlags, ends: &'a mut [Fd; 2] },
    /// bind(2).
    Bind { fd: Fd, address: &'a Address },
    /// listen(2).
    Listen { fd: Fd, backlog: usize },
    /// accept4(2).
    Accept { fd: Fd, peer: &'a mut Address, flags: OpenFlags },
    /// connect(2).
    Connect { fd: Fd, address: &'a Address },
    /// send(2), and sendto(2) where there is an address.
    Send { fd: Fd, bytes: &'a [u8], flags: MessageFlags, to: Option<&'a Address> },
    /// recvfrom(2).
    Recv { fd: Fd, buffer: &'a mut [u8], flags: MessageFlags, from: &'a mut Address },
    /// shutdown(2).
    Shutdown { fd: Fd, half: Half },
    /// getsockname(2).
    Getsockname { fd: Fd, address: &'a mut Address },

    /// kill(2); signal 0 only looks.
    Kill { pid: Pid, signal: i32 },
    /// sigqueue(3).
    Sigqueue { pid: Pid, signal: Signal, value: i32 },
    /// sigaction(2).
    Sigaction { signal: Signal, action: Option<Action>, old: &'a mut Action },
    /// sigprocmask(2).
    Sigprocmask { how: MaskChange, set: Option<SigSet>, old: &'a mut SigSet },
    /// sigpending(2).
    Sigpending { set: &'a mut SigSet },
    /// sigtimedwait(2), and sigwaitinfo(2) without a timeout.
    Sigtimedwait { set: SigSet, info: &'a mut SigInfo, timeout: Timeout },
    /// sigsuspend(2).
    Sigsuspend { mask: SigSet },
    /// pause(2).
    Pause,

    /// getpid(2).
    Getpid,
    /// getppid(2).
    Getppid,
    /// waitpid(2); pid -1 is any child. Returns the child's number, 0 if it did not wait and none has ended.
    Waitpid { pid: Pid, hang: bool, ending: &'a mut Ending },
    /// exit(3).
    Exit { status: i32 },
    /// `clock_gettime(2)`, in nanoseconds.
    ClockGettime { now: &'a mut u64 },
    /// `clock_nanosleep(2)`.
    Nanosleep { until: Timeout },
}

impl Call<'_> {
    /// Whether it makes descriptors, for which there may be no room.
    pub const fn makes_descriptors(&self) -> bool {
        matches!(
            self,
            Self::Pipe { .. }
                | Self::Dup { .. }
                | Self::Open { .. }
                | Self::MqOpen { .. }
                | Self::Socket { .. }
                | Self::Socketpair { .. }
                | Self::Accept { .. }
        )
    }

    /// Whether it is started again after a handler with [`ActionFlags::RESTART`]. Source: signal(7).
    pub const fn can_be_restarted(&self) -> bool {
        !matches!(
            self,
            Self::Poll { .. }
                | Self::Sigtimedwait { .. }
                | Self::Sigsuspend { .. }
                | Self::Pause
                | Self::Nanosleep { .. }
        )
    }
}

/// What a call returns.
pub type Answer = Result<usize, Errno>;
