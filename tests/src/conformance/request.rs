//! The calls: how they are made up, and how they go to the simulated kernel.

use harness::choice::{Choice, Chooser};
use harness::kernel::{
    Action, ActionFlags, Address, Answer, Call, Control, Disposition, Ending, Errno, Family, Fd,
    Half, Kernel as _, MaskChange, MessageFlags, OpenFlags, Origin, Pid, PollEvents, PollFd,
    QueueAttributes, SigInfo, SigSet, Signal, Simulated, SocketType, Status, Timeout,
};
use harness::process::ProcessId;
use serde::{Deserialize, Serialize};

use super::{
    ADDRESSES, ANY_PORT, ANYBODY, Content, DESCRIPTORS, FIRST_PORT, Info, LONG, OWN_PORTS, PATHS,
    PORT_WORD, PROCESSES, Ports, QUEUES, Reply, SHORT, UNKNOWN, bytes,
};

/// The number of process 0 in the simulation; the others follow.
const FIRST_PID: i32 = 1001;

/// Numbers that are the same on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % bound as u64) as usize
    }

    /// Whether what happens so often of a hundred times happens.
    pub fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Kinds of calls, which are made up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Reading and writing pipes, and their sizes.
    Pipes,
    /// Making, opening and unlinking FIFOs.
    Fifos,
    /// What copies and closes descriptors.
    Descriptors,
    /// poll(2).
    Poll,
    /// fork, exit, waitpid, and numbers of processes.
    Processes,
    /// Sending, catching, blocking and awaiting signals.
    Signals,
    /// POSIX message queues.
    Queues,
    /// Sockets of the machine itself.
    Sockets,
    /// Sockets of the loopback address.
    Tcp,
    /// What waits until a time comes, and the time itself.
    Times,
}

/// How long a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patience {
    /// Not at all.
    None,
    /// Until [`SHORT`] is over.
    Short,
    /// Until [`LONG`] is over.
    Long,
    /// Without end.
    Endless,
}

impl Patience {
    const fn endless_if(waits: bool) -> Self {
        if waits { Self::Endless } else { Self::None }
    }

    fn of(dice: &mut Dice, is_alone: bool) -> Self {
        match dice.below(if is_alone { 55 } else { 100 }) {
            0..10 => Self::None,
            10..55 => Self::Short,
            55..90 => Self::Long,
            _ => Self::Endless,
        }
    }

    /// In nanoseconds; `None` is without end.
    pub const fn nanoseconds(self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::Short => Some(SHORT),
            Self::Long => Some(LONG),
            Self::Endless => None,
        }
    }

    /// As those calls take it that count from now on.
    const fn relative(self) -> Timeout {
        match self.nanoseconds() {
            Some(time) => Timeout::After(time),
            None => Timeout::Never,
        }
    }

    /// As those calls take it that are told a time. One that is long past is for those who do not wait.
    const fn absolute(self, now: u64) -> Timeout {
        match self {
            Self::None => Timeout::At(1),
            Self::Short => Timeout::At(now + SHORT),
            Self::Long => Timeout::At(now + LONG),
            Self::Endless => Timeout::Never,
        }
    }
}

/// One call with its arguments. Flags have the values of Linux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the arguments have the names and meanings of the manual")]
pub enum Request {
    Pipe {
        flags: u32,
    },
    Read {
        fd: i32,
        length: usize,
    },
    Write {
        fd: i32,
        length: usize,
        seed: u8,
    },
    Close {
        fd: i32,
    },
    Dup {
        fd: i32,
    },
    Dup2 {
        fd: i32,
        to: i32,
    },
    GetFlags {
        fd: i32,
    },
    SetFlags {
        fd: i32,
        flags: u32,
    },
    GetPipeSize {
        fd: i32,
    },
    SetPipeSize {
        fd: i32,
        bytes: usize,
    },
    Duplicate {
        fd: i32,
        lowest: i32,
    },
    Mkfifo {
        path: String,
    },
    Open {
        path: String,
        flags: u32,
    },
    Unlink {
        path: String,
    },
    Poll {
        fds: Vec<(i32, u16)>,
        patience: Patience,
    },
    Getpid,
    Getppid,
    Waitpid {
        child: i64,
        hang: bool,
    },
    Exit {
        status: i32,
    },
    Kill {
        target: usize,
        signal: i32,
    },
    Sigqueue {
        target: usize,
        signal: i32,
        value: i32,
    },
    /// The action is 0 for the default one, 1 to ignore, 2 for a handler; `None` only looks.
    Sigaction {
        signal: i32,
        action: Option<(u8, u64, u32)>,
    },
    /// `how` is as in [`MaskChange`], in that order; `None` only looks.
    Sigprocmask {
        how: u8,
        set: Option<u64>,
    },
    Sigpending,
    Sigtimedwait {
        set: u64,
        patience: Patience,
    },
    Sigsuspend {
        mask: u64,
    },
    Pause,
    /// The attributes are how many messages there may be, and how long.
    MqOpen {
        name: String,
        flags: u32,
        attributes: Option<(usize, usize)>,
    },
    MqSend {
        fd: i32,
        length: usize,
        seed: u8,
        priority: u32,
        patience: Patience,
    },
    MqReceive {
        fd: i32,
        length: usize,
        patience: Patience,
    },
    MqGetattr {
        fd: i32,
    },
    MqSetattr {
        fd: i32,
        nonblocking: bool,
    },
    MqUnlink {
        name: String,
    },
    MqNotify {
        fd: i32,
        signal: Option<(i32, i32)>,
    },
    /// It is not said how long: nobody is asked for what is left.
    Nanosleep {
        patience: Patience,
    },
    /// What is said is whether the time is at least what it was when it was read last, and as much later as its
    /// process has slept, and waited in vain, since then.
    ClockGettime,
    /// Types of sockets are as in [`SocketType`], in that order; behind them comes TCP. Addresses are those of
    /// [`ADDRESSES`]; behind them come [`ANY_PORT`] and ports.
    Socketpair {
        kind: u8,
        flags: u32,
    },
    Socket {
        kind: u8,
        flags: u32,
    },
    Bind {
        fd: i32,
        address: usize,
    },
    Listen {
        fd: i32,
        backlog: usize,
    },
    Accept {
        fd: i32,
        flags: u32,
    },
    Connect {
        fd: i32,
        address: usize,
    },
    Send {
        fd: i32,
        length: usize,
        seed: u8,
        flags: u32,
        to: Option<usize>,
    },
    Recv {
        fd: i32,
        length: usize,
        flags: u32,
    },
    /// 0: reading; 1: writing; 2: both.
    Shutdown {
        fd: i32,
        half: u8,
    },
    Getsockname {
        fd: i32,
    },
    /// fork(2); the child is the process with this index.
    Fork {
        child: usize,
    },
}

/// What is known when a call is made up.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Descriptors of the process that are not queues, with what `F_GETFL` says of them.
    pub open: Vec<(i32, OpenFlags)>,
    /// Those that are sockets, and are among these.
    pub sockets: Vec<(i32, OpenFlags)>,
    /// Those that are of TCP, and are among these.
    pub tcp: Vec<(i32, OpenFlags)>,
    /// Those that listen, and are among these.
    pub listening: Vec<(i32, OpenFlags)>,
    /// The addresses of ports that somebody has.
    pub ports: Vec<usize>,
    /// Those that are queues.
    pub queues: Vec<(i32, OpenFlags)>,
    /// FIFOs that are there.
    pub fifos: Vec<String>,
    /// How many were born.
    pub born: usize,
    /// Whether all other processes wait in a call.
    pub is_alone: bool,
    /// Whether a pipe may be made larger than an ordinary user may.
    pub has_large_pipes: bool,
}

impl Knowledge {
    fn queue(&self, dice: &mut Dice, wanted: impl Fn(OpenFlags) -> bool) -> i32 {
        let open = if dice.happens(97) { self.queues.clone() } else { self.open.clone() };
        Self { open, ..Self::default() }.fd(dice, wanted)
    }

    fn queue_or_other(&self, dice: &mut Dice) -> i32 {
        if !self.queues.is_empty() && dice.happens(50) {
            self.queue(dice, |_| true)
        } else {
            self.any(dice)
        }
    }

    /// A descriptor: mostly one that is open and satisfies.
    fn fd(&self, dice: &mut Dice, wanted: impl Fn(OpenFlags) -> bool) -> i32 {
        if dice.happens(4) {
            return dice.one(&[-1, 3, 4, 5, 9, DESCRIPTORS as i32 - 1, DESCRIPTORS as i32, 77]);
        }
        let good: Vec<i32> =
            self.open.iter().filter(|(_, flags)| wanted(*flags)).map(|(fd, _)| *fd).collect();
        match (good.is_empty(), self.open.is_empty()) {
            (false, _) => dice.one(&good),
            (true, false) => dice.one(&self.open).0,
            (true, true) => 3,
        }
    }

    fn any(&self, dice: &mut Dice) -> i32 {
        self.fd(dice, |_| true)
    }

    fn reader(&self, dice: &mut Dice) -> i32 {
        self.fd(dice, |flags| !flags.contains(OpenFlags::WRONLY))
    }

    fn writer(&self, dice: &mut Dice) -> i32 {
        self.fd(dice, |flags| flags.intersects(OpenFlags::WRONLY | OpenFlags::RDWR))
    }
}

/// Lengths at which something changes.
const LENGTHS: &[usize] =
    &[0, 1, 1, 2, 100, 100, 2048, 2049, 3000, 4095, 4096, 4096, 4097, 5000, 8192, 9000, 12288];

/// Signals that are sent: two standard ones, one that is ignored by default, a fatal one, and two that
/// are queued.
const SIGNALS: &[i32] = &[10, 10, 12, 12, 17, 15, 34, 34, 35];

const NONBLOCK: u32 = OpenFlags::NONBLOCK.bits();
const WRONLY: u32 = OpenFlags::WRONLY.bits();
const RDWR: u32 = OpenFlags::RDWR.bits();

impl Request {
    /// Makes one up.
    pub fn random(kind: Kind, known: &Knowledge, dice: &mut Dice) -> Self {
        match kind {
            Kind::Pipes => Self::of_pipes(known, dice),
            Kind::Fifos => Self::of_fifos(known, dice),
            Kind::Descriptors => Self::of_descriptors(known, dice),
            Kind::Poll => {
                let fds = (0..dice.below(4)).map(|_| {
                    let events = dice.one(&[0, 1, 1, 4, 4, 5, 0x2005]);
                    (known.queue_or_other(dice), events)
                });
                let fds = fds.collect();
                let patience = Patience::endless_if(!known.is_alone && dice.happens(60));
                Self::Poll { fds, patience }
            }
            Kind::Processes => Self::of_processes(known, dice),
            Kind::Signals => Self::of_signals(known, dice),
            Kind::Queues => Self::of_queues(known, dice),
            Kind::Sockets => Self::of_sockets(known, dice),
            Kind::Tcp => Self::of_tcp(known, dice),
            Kind::Times => Self::of_times(known, dice),
        }
    }

    fn of_pipes(known: &Knowledge, dice: &mut Dice) -> Self {
        let length = if dice.happens(6) {
            dice.one(&[65535, 65536, 65537, 100_000])
        } else {
            dice.one(LENGTHS)
        };
        match dice.below(100) {
            0..8 => Self::Pipe { flags: dice.one(&[0, 0, 0, NONBLOCK, NONBLOCK, WRONLY]) },
            8..46 => {
                let fd = known.reader(dice);
                // A queue shows a text about itself, which is not modelled.
                let is_queue = known.queues.iter().any(|&(queue, _)| queue == fd);
                Self::Read { fd: if is_queue { -1 } else { fd }, length }
            }
            46..86 => Self::Write { fd: known.writer(dice), length, seed: dice.below(256) as u8 },
            86..90 => Self::GetPipeSize { fd: known.any(dice) },
            _ => {
                let mut sizes = vec![0, 1, 4096, 4096, 4096, 4097, 8192, 8192, 12000, 65536];
                sizes.extend([1 << 20, (1 << 31) + 1]);
                if !known.has_large_pipes {
                    sizes.push((1 << 20) + 1);
                }
                Self::SetPipeSize { fd: known.any(dice), bytes: dice.one(&sizes) }
            }
        }
    }

    fn of_fifos(known: &Knowledge, dice: &mut Dice) -> Self {
        let path = match dice.below(40) {
            0 => String::new(),
            1 => "n".repeat(256),
            2..4 => dice.one(&PATHS[2..]).to_owned(),
            _ => dice.one(&PATHS[..2]).to_owned(),
        };
        match dice.below(100) {
            0..25 => Self::Mkfifo { path },
            25..33 => Self::Unlink { path },
            _ => {
                let mut flags = dice.one(&[0, 0, 0, WRONLY, WRONLY, WRONLY, RDWR]);
                if dice.happens(35) {
                    flags |= NONBLOCK;
                }
                // Where there is none, an ordinary file would be made.
                if known.fifos.contains(&path) && dice.happens(5) {
                    flags |= OpenFlags::CREAT.bits() | OpenFlags::EXCL.bits();
                }
                if dice.happens(2) {
                    flags |= WRONLY | RDWR;
                }
                Self::Open { path, flags }
            }
        }
    }

    fn of_descriptors(known: &Knowledge, dice: &mut Dice) -> Self {
        let fd = known.queue_or_other(dice);
        match dice.below(100) {
            0..50 => Self::Close { fd },
            50..58 => Self::Dup { fd },
            58..70 => {
                let other = known.any(dice);
                let to = dice.one(&[3, 4, 5, 6, 15, 16, -1, fd, other, other]);
                Self::Dup2 { fd, to: if (0..3).contains(&to) { 3 } else { to } }
            }
            70..76 => Self::Duplicate { fd, lowest: dice.one(&[0, 3, 5, 15, 16, -1]) },
            76..82 => Self::GetFlags { fd },
            _ => Self::SetFlags { fd, flags: dice.one(&[0, NONBLOCK]) },
        }
    }

    fn of_processes(known: &Knowledge, dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..45 if known.born < PROCESSES => Self::Fork { child: known.born },
            0..55 => {
                let child = dice.one(&[ANYBODY, ANYBODY, 0, 1, 2, 3]);
                Self::Waitpid { child, hang: dice.happens(50) }
            }
            55..85 => Self::Exit { status: dice.one(&[0, 1, 7, 255, 259, -1]) },
            85..92 => Self::Getpid,
            _ => Self::Getppid,
        }
    }

    fn of_signals(known: &Knowledge, dice: &mut Dice) -> Self {
        let set = |dice: &mut Dice| {
            let all = (0..dice.below(5)).map(|_| dice.one(SIGNALS));
            all.fold(SigSet::EMPTY, |set, signal| set.with(Signal(signal))).0
        };
        let signal = match dice.below(40) {
            0 => dice.one(&[0, -1, 65, 9]),
            _ => dice.one(SIGNALS),
        };
        let target = if dice.happens(95) { dice.below(known.born) } else { PROCESSES - 1 };
        match dice.below(100) {
            0..26 => Self::Kill { target, signal },
            26..42 => Self::Sigqueue { target, signal, value: dice.below(1000) as i32 },
            42..64 => {
                let flags = [0, 0, 0x1000_0000, 0x1000_0000, 0x4000_0000, 0x8000_0000];
                let what = dice.one(&[0, 1, 2, 2, 2, 2, 2]);
                let action = (what, set(dice), dice.one(&flags) | dice.one(&flags));
                Self::Sigaction { signal, action: dice.happens(94).then_some(action) }
            }
            64..80 => {
                let how = dice.below(3) as u8;
                Self::Sigprocmask { how, set: dice.happens(90).then(|| set(dice)) }
            }
            80..86 => Self::Sigpending,
            86..94 => {
                let set = set(dice);
                let patience = Patience::endless_if(!known.is_alone && dice.happens(60));
                Self::Sigtimedwait { set, patience }
            }
            94..97 if !known.is_alone => Self::Pause,
            _ if !known.is_alone => Self::Sigsuspend { mask: set(dice) },
            _ => Self::Sigpending,
        }
    }

    fn of_queues(known: &Knowledge, dice: &mut Dice) -> Self {
        let name = match dice.below(60) {
            0 => dice.one(&["q0", "/", "", "/a/b"]).to_owned(),
            _ => dice.one(&QUEUES).to_owned(),
        };
        let fd = known.queue(dice, |_| true);
        let reader = known.queue(dice, |flags| !flags.contains(OpenFlags::WRONLY));
        let writer =
            known.queue(dice, |flags| flags.intersects(OpenFlags::WRONLY | OpenFlags::RDWR));
        let seed = dice.below(256) as u8;
        match dice.below(100) {
            0..16 => {
                let mut flags = dice.one(&[0, WRONLY, RDWR, RDWR]) | OpenFlags::CREAT.bits();
                flags |= dice.one(&[0, 0, 0, NONBLOCK, OpenFlags::EXCL.bits()]);
                if dice.happens(10) {
                    flags &= !OpenFlags::CREAT.bits();
                }
                let most = (dice.one(&[1, 1, 2, 3]), dice.one(&[1, 8, 8]));
                let wrong = dice.one(&[(0, 1), (1, 0), (11, 1), (1, 8193), (10, 8192)]);
                let attributes = if dice.happens(5) { wrong } else { most };
                Self::MqOpen { name, flags, attributes: dice.happens(98).then_some(attributes) }
            }
            16..48 => {
                let priority = dice.one(&[0, 0, 1, 1, 2, 32767, 32768]);
                let length = dice.one(&[0, 1, 1, 1, 8, 8, 9]);
                let patience = Patience::endless_if(dice.happens(90));
                Self::MqSend { fd: writer, length, seed, priority, patience }
            }
            48..80 => {
                let length = dice.one(&[0, 1, 8, 8, 8, 100, 8192]);
                let patience = Patience::endless_if(dice.happens(90));
                Self::MqReceive { fd: reader, length, patience }
            }
            80..84 => Self::MqGetattr { fd },
            84..88 => Self::MqSetattr { fd, nonblocking: dice.happens(50) },
            88..92 => Self::MqUnlink { name },
            _ => {
                let signal = (dice.one(SIGNALS), dice.below(1000) as i32);
                let signal = if dice.happens(10) { (0, 0) } else { signal };
                Self::MqNotify { fd, signal: dice.happens(80).then_some(signal) }
            }
        }
    }

    fn of_sockets(known: &Knowledge, dice: &mut Dice) -> Self {
        let open = if dice.happens(97) { known.sockets.clone() } else { known.open.clone() };
        let fd = Knowledge { open, ..Knowledge::default() }.any(dice);
        let flags = dice.one(&[0, 0, 0, NONBLOCK]);
        let address = dice.one(&[1, 1, 1, 2, 3, 3, 4, 5]);
        // Seldom so long that it does not fit at all.
        let length = dice.one(&[0, 1, 1, 2, 100, 100, 1000, 2000, 4000, 5000, 9000, 30_000]);
        let once = dice.one(&[0, 0, 0, MessageFlags::DONTWAIT.bits()]);
        match dice.below(100) {
            0..10 => Self::Socketpair { kind: dice.below(3) as u8, flags },
            10..18 => Self::Socket { kind: dice.one(&[0, 0, 1, 1, 2]), flags },
            18..25 => Self::Bind { fd, address },
            25..31 => Self::Listen { fd, backlog: dice.one(&[0, 0, 1, 2]) },
            31..38 => Self::Accept { fd, flags },
            38..47 => Self::Connect { fd, address },
            47..70 => {
                let flags = once | dice.one(&[0, MessageFlags::NOSIGNAL.bits()]);
                let to = dice.happens(12).then_some(address);
                let seed = dice.below(256) as u8;
                Self::Send { fd, length, seed, flags, to }
            }
            70..92 => {
                let how = [
                    MessageFlags::empty(),
                    MessageFlags::empty(),
                    MessageFlags::empty(),
                    MessageFlags::PEEK,
                    MessageFlags::TRUNC,
                    MessageFlags::WAITALL,
                ];
                let how = dice.one(&how);
                // Who waits only to look leaves others asleep on Linux, though there is something for them.
                let looks = how == MessageFlags::PEEK;
                let once = if looks { MessageFlags::DONTWAIT.bits() } else { once };
                Self::Recv { fd, length, flags: once | how.bits() }
            }
            92..97 => Self::Shutdown { fd, half: dice.below(3) as u8 },
            _ => Self::Getsockname { fd },
        }
    }

    fn of_tcp(known: &Knowledge, dice: &mut Dice) -> Self {
        let one_of = |good: &[(i32, OpenFlags)], dice: &mut Dice| {
            let open = if dice.happens(97) { good.to_vec() } else { known.open.clone() };
            Knowledge { open, ..Knowledge::default() }.any(dice)
        };
        let talks = |it: &&(i32, OpenFlags)| !known.listening.contains(it);
        let talking: Vec<_> = known.tcp.iter().filter(talks).copied().collect();
        let any = one_of(&known.tcp, dice);
        let fd = if dice.happens(94) { one_of(&talking, dice) } else { any };
        let listening = if dice.happens(94) { one_of(&known.listening, dice) } else { any };
        let flags = dice.one(&[0, 0, NONBLOCK]);
        let address = match dice.below(20) {
            0..8 => FIRST_PORT,
            8..10 => FIRST_PORT + 1,
            _ => dice.one(&known.ports),
        };
        let once = dice.one(&[0, 0, 0, MessageFlags::DONTWAIT.bits()]);
        match dice.below(100) {
            0..9 => Self::Socket { kind: TCP, flags },
            9..13 => {
                let own = FIRST_PORT + dice.below(OWN_PORTS);
                Self::Bind { fd, address: dice.one(&[ANY_PORT, own, own]) }
            }
            // How long the line may be shows only after seconds: connect(2) tries again until there is room.
            13..16 => Self::Listen { fd, backlog: 64 },
            16..26 => Self::Accept { fd: listening, flags },
            26..38 => Self::Connect { fd, address },
            38..60 => {
                let flags = once | dice.one(&[0, MessageFlags::NOSIGNAL.bits()]);
                let to = dice.happens(5).then_some(FIRST_PORT);
                let seed = dice.below(256) as u8;
                // All of a sequence fits into what every window of Linux begins with.
                let length = dice.one(&[0, 1, 1, 2, 100, 100, 700]);
                Self::Send { fd, length, seed, flags, to }
            }
            60..87 => {
                let all = MessageFlags::WAITALL;
                let none = MessageFlags::empty();
                let how =
                    dice.one(&[none, none, none, MessageFlags::PEEK, MessageFlags::TRUNC, all]);
                let looks = how == MessageFlags::PEEK;
                let once = if looks { MessageFlags::DONTWAIT.bits() } else { once };
                let length = dice.one(&[0, 1, 1, 2, 100, 100, 1000]);
                Self::Recv { fd, length, flags: once | how.bits() }
            }
            87..94 => Self::Shutdown { fd, half: dice.below(3) as u8 },
            94..97 => Self::Close { fd },
            _ => Self::Getsockname { fd: any },
        }
    }

    fn of_times(known: &Knowledge, dice: &mut Dice) -> Self {
        let patience = Patience::of(dice, known.is_alone);
        match dice.below(100) {
            0..30 => match Self::random(Kind::Poll, known, dice) {
                Self::Poll { fds, .. } => Self::Poll { fds, patience },
                other => other,
            },
            30..50 => {
                let all = (0..dice.below(5)).map(|_| dice.one(SIGNALS));
                let set = all.fold(SigSet::EMPTY, |set, signal| set.with(Signal(signal))).0;
                Self::Sigtimedwait { set, patience }
            }
            50..75 => match Self::of_queues(known, dice) {
                Self::MqSend { fd, length, seed, priority, .. } => {
                    Self::MqSend { fd, length, seed, priority, patience }
                }
                Self::MqReceive { fd, length, .. } => Self::MqReceive { fd, length, patience },
                other => other,
            },
            75..90 if patience != Patience::Endless => Self::Nanosleep { patience },
            _ => Self::ClockGettime,
        }
    }

    /// Whether it returns by itself, though perhaps not at once.
    pub const fn is_short(&self) -> bool {
        // Linux lets any sleep last a little, one of no length as well.
        matches!(self, Self::Nanosleep { patience: Patience::None })
            || matches!(self.patience(), Some(Patience::Short))
    }

    /// How long it waits, of those calls that are told.
    pub const fn patience(&self) -> Option<Patience> {
        match self {
            Self::Poll { patience, .. }
            | Self::Sigtimedwait { patience, .. }
            | Self::MqSend { patience, .. }
            | Self::MqReceive { patience, .. }
            | Self::Nanosleep { patience } => Some(*patience),
            _ => None,
        }
    }

    /// How much later it is at least, by a clock that is never set, when it has been answered so.
    pub fn time_passed(&self, answer: i64) -> u64 {
        let again = -i64::from(Errno::EAGAIN.number());
        match self {
            Self::Poll { patience: Patience::Short, .. }
            | Self::Nanosleep { patience: Patience::Short }
                if answer == 0 =>
            {
                SHORT
            }
            Self::Sigtimedwait { patience: Patience::Short, .. } if answer == again => SHORT,
            _ => 0,
        }
    }

    /// Whether it may end another process that is not in a call.
    pub fn may_kill(&self) -> bool {
        matches!(self, Self::Kill { .. } | Self::Sigqueue { .. } | Self::MqSend { .. })
    }

    /// `me` enters it in the simulation, or goes on with it.
    /// `memory` is its own until it returns.
    pub fn enter(
        &self,
        kernel: &mut Simulated,
        me: ProcessId,
        memory: &mut Memory,
        ports: &Ports,
        chooser: &mut dyn Chooser,
    ) -> (Status, Reply) {
        let mut reply = Reply::default();
        let Memory { buffer, from, last, slept } = memory;
        let mut now = 0;
        if let Self::MqSend { .. } | Self::MqReceive { .. } = self {
            kernel.clone().step(me, &mut Call::ClockGettime { now: &mut now }, &mut Usual);
        }
        let address = |place| address(place, ports);
        let mut step = |mut call: Call<'_>| kernel.step(me, &mut call, chooser);
        let status = match *self {
            Self::Pipe { flags } => {
                let mut ends = [Fd(-1); 2];
                let flags = OpenFlags::from_bits_retain(flags);
                let status = step(Call::Pipe { ends: &mut ends, flags });
                reply.words = ends.map(|fd| i64::from(fd.0)).to_vec();
                status
            }
            Self::Read { fd, length } => {
                buffer.resize(length, 0);
                let status = step(Call::Read { fd: Fd(fd), buffer });
                if let Status::Done(Ok(count)) = status {
                    reply.content = Content::of(&buffer[..count]);
                }
                status
            }
            Self::Write { fd, length, seed } => {
                step(Call::Write { fd: Fd(fd), bytes: &bytes(seed, length) })
            }
            Self::Close { fd } => step(Call::Close { fd: Fd(fd) }),
            Self::Dup { fd } => step(Call::Dup { fd: Fd(fd) }),
            Self::Dup2 { fd, to } => step(Call::Dup2 { fd: Fd(fd), to: Fd(to) }),
            Self::GetFlags { fd } => step(Call::Fcntl { fd: Fd(fd), control: Control::GetFlags }),
            Self::SetFlags { fd, flags } => {
                let control = Control::SetFlags(OpenFlags::from_bits_retain(flags));
                step(Call::Fcntl { fd: Fd(fd), control })
            }
            Self::GetPipeSize { fd } => {
                step(Call::Fcntl { fd: Fd(fd), control: Control::GetPipeSize })
            }
            Self::SetPipeSize { fd, bytes } => {
                step(Call::Fcntl { fd: Fd(fd), control: Control::SetPipeSize(bytes) })
            }
            Self::Duplicate { fd, lowest } => {
                step(Call::Fcntl { fd: Fd(fd), control: Control::Duplicate(Fd(lowest)) })
            }
            Self::Mkfifo { ref path } => step(Call::Mkfifo { path }),
            Self::Open { ref path, flags } => {
                step(Call::Open { path, flags: OpenFlags::from_bits_retain(flags) })
            }
            Self::Unlink { ref path } => step(Call::Unlink { path }),
            Self::Poll { ref fds, patience } => {
                let fill = |&(fd, events): &(i32, u16)| PollFd {
                    fd: Fd(fd),
                    events: PollEvents::from_bits_retain(events),
                    revents: PollEvents::empty(),
                };
                let mut fds: Vec<PollFd> = fds.iter().map(fill).collect();
                let status = step(Call::Poll { fds: &mut fds, timeout: patience.relative() });
                reply.words = fds.iter().map(|polled| polled.revents.bits().into()).collect();
                status
            }
            Self::Getpid => named(step(Call::Getpid)),
            Self::Getppid => named(step(Call::Getppid)),
            Self::Waitpid { child, hang } => {
                let pid = if child == ANYBODY { -1 } else { FIRST_PID + child as i32 };
                let mut ending = Ending::Exited(0);
                let status = step(Call::Waitpid { pid: Pid(pid), hang, ending: &mut ending });
                if let Status::Done(Ok(1..)) = status {
                    reply.words = match ending {
                        Ending::Exited(status) => vec![0, status.into()],
                        Ending::Killed(Signal(signal)) => vec![1, signal.into()],
                    };
                    named(status)
                } else {
                    status
                }
            }
            Self::Exit { status } => step(Call::Exit { status }),
            Self::Kill { target, signal } => step(Call::Kill { pid: pid(target), signal }),
            Self::Sigqueue { target, signal, value } => {
                step(Call::Sigqueue { pid: pid(target), signal: Signal(signal), value })
            }
            Self::Sigaction { signal, action } => {
                let action = action.map(|(what, mask, flags)| Action {
                    disposition: match what {
                        0 => Disposition::Default,
                        1 => Disposition::Ignore,
                        _ => Disposition::Handler(0),
                    },
                    mask: SigSet(mask),
                    flags: ActionFlags::from_bits_retain(flags),
                });
                let mut old = Action::default();
                let status =
                    step(Call::Sigaction { signal: Signal(signal), action, old: &mut old });
                let what = match old.disposition {
                    Disposition::Default => 0,
                    Disposition::Ignore => 1,
                    Disposition::Handler(_) => 2,
                };
                reply.words = vec![what, old.mask.0.cast_signed(), old.flags.bits().into()];
                status
            }
            Self::Sigprocmask { how, set } => {
                let how =
                    [MaskChange::Block, MaskChange::Unblock, MaskChange::Set][usize::from(how)];
                let mut old = SigSet::EMPTY;
                let status = step(Call::Sigprocmask { how, set: set.map(SigSet), old: &mut old });
                reply.words = vec![old.0.cast_signed()];
                status
            }
            Self::Sigpending => {
                let mut set = SigSet::EMPTY;
                let status = step(Call::Sigpending { set: &mut set });
                reply.words = vec![set.0.cast_signed()];
                status
            }
            Self::Sigtimedwait { set, patience } => {
                let mut info = NO_INFO;
                let timeout = patience.relative();
                let set = SigSet(set);
                let status = step(Call::Sigtimedwait { set, info: &mut info, timeout });
                reply.told = Some(told(&info));
                status
            }
            Self::Sigsuspend { mask } => step(Call::Sigsuspend { mask: SigSet(mask) }),
            Self::Pause => step(Call::Pause),
            Self::MqOpen { ref name, flags, attributes } => {
                let attributes = attributes.map(|(messages_max, bytes_max)| QueueAttributes {
                    messages_max,
                    bytes_max,
                    ..QueueAttributes::default()
                });
                step(Call::MqOpen { name, flags: OpenFlags::from_bits_retain(flags), attributes })
            }
            Self::MqSend { fd, length, seed, priority, patience } => {
                let bytes = &bytes(seed, length);
                let timeout = patience.absolute(now);
                step(Call::MqSend { fd: Fd(fd), bytes, priority, timeout })
            }
            Self::MqReceive { fd, length, patience } => {
                buffer.resize(length, 0);
                let mut priority = 0;
                let status = step(Call::MqReceive {
                    fd: Fd(fd),
                    buffer,
                    priority: &mut priority,
                    timeout: patience.absolute(now),
                });
                if let Status::Done(Ok(count)) = status {
                    reply.content = Content::of(&buffer[..count]);
                }
                reply.words = vec![priority.into()];
                status
            }
            Self::MqGetattr { fd } => {
                let mut it = QueueAttributes::default();
                let status = step(Call::MqGetattr { fd: Fd(fd), attributes: &mut it });
                let sizes = [it.messages_max, it.bytes_max, it.messages].map(|size| size as i64);
                reply.words = [&[i64::from(it.nonblocking)], &sizes[..]].concat();
                status
            }
            Self::MqSetattr { fd, nonblocking } => {
                step(Call::MqSetattr { fd: Fd(fd), nonblocking })
            }
            Self::MqUnlink { ref name } => step(Call::MqUnlink { name }),
            Self::MqNotify { fd, signal } => {
                let signal = signal.map(|(signal, value)| (Signal(signal), value));
                step(Call::MqNotify { fd: Fd(fd), signal })
            }
            Self::Nanosleep { patience } => step(Call::Nanosleep { until: patience.relative() }),
            Self::ClockGettime => {
                let status = step(Call::ClockGettime { now: &mut now });
                reply.words = vec![i64::from(now >= *last + std::mem::take(slept))];
                *last = now;
                status
            }
            Self::Socketpair { kind, flags } => {
                let mut ends = [Fd(-1); 2];
                let flags = OpenFlags::from_bits_retain(flags);
                let kind = KINDS[usize::from(kind)];
                let status = step(Call::Socketpair { kind, flags, ends: &mut ends });
                reply.words = ends.map(|fd| i64::from(fd.0)).to_vec();
                status
            }
            Self::Socket { kind, flags } => {
                let flags = OpenFlags::from_bits_retain(flags);
                let (family, kind) = match kind {
                    TCP => (Family::Inet, SocketType::Stream),
                    _ => (Family::Unix, KINDS[usize::from(kind)]),
                };
                step(Call::Socket { family, kind, flags })
            }
            Self::Bind { fd, address: at } => {
                step(Call::Bind { fd: Fd(fd), address: &address(at) })
            }
            Self::Listen { fd, backlog } => step(Call::Listen { fd: Fd(fd), backlog }),
            Self::Accept { fd, flags } => {
                let mut peer = Address::Unnamed;
                let flags = OpenFlags::from_bits_retain(flags);
                let status = step(Call::Accept { fd: Fd(fd), peer: &mut peer, flags });
                reply.words = vec![place(&peer)];
                status
            }
            Self::Connect { fd, address: at } => {
                step(Call::Connect { fd: Fd(fd), address: &address(at) })
            }
            Self::Send { fd, length, seed, flags, to } => {
                let flags = MessageFlags::from_bits_retain(flags);
                let to = to.map(address);
                let bytes = &bytes(seed, length);
                step(Call::Send { fd: Fd(fd), bytes, flags, to: to.as_ref() })
            }
            Self::Recv { fd, length, flags } => {
                buffer.resize(length, 0);
                // It stays as it is while the call waits for the rest.
                let from = from.get_or_insert(Address::Unnamed);
                let flags = MessageFlags::from_bits_retain(flags);
                let call = Call::Recv { fd: Fd(fd), buffer, flags, from };
                let status = step(call);
                if let Status::Done(Ok(count)) | Status::Interrupted(Some(Ok(count))) = status {
                    // The true length of a message may be more than there is room for.
                    reply.content = Content::of(&buffer[..count.min(length)]);
                }
                reply.words = vec![place(from)];
                status
            }
            Self::Shutdown { fd, half } => {
                let half = [Half::Read, Half::Write, Half::Both][usize::from(half)];
                step(Call::Shutdown { fd: Fd(fd), half })
            }
            Self::Getsockname { fd } => {
                let mut name = Address::Unnamed;
                let status = step(Call::Getsockname { fd: Fd(fd), address: &mut name });
                reply.words = vec![place(&name)];
                status
            }
            Self::Fork { child } => {
                kernel.fork(me, ProcessId::new(child));
                Status::Done(Ok(0))
            }
        };
        if let Status::Done(answer) | Status::Interrupted(Some(answer)) = status {
            reply.answer = number(answer);
            *slept += self.time_passed(reply.answer);
        }
        if reply.answer < 0 {
            reply.words.clear();
            reply.told = None;
        }
        (status, reply)
    }
}

const KINDS: [SocketType; 3] = [SocketType::Stream, SocketType::Datagram, SocketType::SeqPacket];

/// The type of a socket that stands for TCP.
pub const TCP: u8 = 3;

/// One of the addresses.
fn address(place: usize, ports: &Ports) -> Address {
    if let Some(port) = place.checked_sub(FIRST_PORT) {
        return Address::Port(ports.0[port] as u16);
    }
    if place == ANY_PORT {
        return Address::Port(0);
    }
    match ADDRESSES[place].strip_prefix('@') {
        _ if place == 0 => Address::Unnamed,
        Some(name) => Address::Abstract(name.to_owned()),
        None => Address::Path(ADDRESSES[place].to_owned()),
    }
}

/// Which of them it is.
fn place(name: &Address) -> i64 {
    if let Address::Port(port) = name {
        return PORT_WORD + i64::from(*port);
    }
    let found = (0..ADDRESSES.len()).find(|&at| address(at, &Ports::default()) == *name);
    found.map_or(UNKNOWN, |at| at as i64)
}

/// The number of a process in the simulation.
const fn pid(process: usize) -> Pid {
    Pid(FIRST_PID + process as i32)
}

/// How a process is named in replies.
fn name(pid: i64) -> i64 {
    let index = pid - i64::from(FIRST_PID);
    if (0..PROCESSES as i64).contains(&index) { index + 1 } else { UNKNOWN }
}

fn named(status: Status) -> Status {
    match status {
        Status::Done(Ok(pid)) => Status::Done(Ok(name(pid as i64) as usize)),
        other => other,
    }
}

/// What a handler is told in the simulation.
pub fn told(info: &SigInfo) -> Info {
    let origin = match info.origin {
        Origin::User => 0,
        Origin::Queue => 1,
        Origin::Kernel => 2,
        Origin::Notification => 3,
    };
    let process = name(info.pid.0.into());
    Info { signal: info.signal.0, origin, process, value: info.value }
}

const NO_INFO: SigInfo = SigInfo { signal: Signal(0), origin: Origin::User, pid: Pid(0), value: 0 };

fn number(answer: Answer) -> i64 {
    match answer {
        Ok(count) => count as i64,
        Err(errno) => -i64::from(errno.number()),
    }
}

/// What a process of the simulation remembers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Memory {
    /// What it receives into, until its call returns.
    pub buffer: Vec<u8>,
    /// From whom, likewise.
    from: Option<Address>,
    /// The time that it read last.
    last: u64,
    /// How long it has waited since then.
    slept: u64,
}

impl Memory {
    /// Its call has returned.
    pub fn release(&mut self) {
        self.buffer.clear();
        self.from = None;
    }
}

/// Nothing unusual happens.
#[derive(Debug)]
pub struct Usual;

impl Chooser for Usual {
    fn choose(&mut self, _: &Choice<'_>) -> Option<usize> {
        Some(0)
    }

    fn watches(&self) -> bool {
        false
    }
}
