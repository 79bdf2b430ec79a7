//! The calls: how they are made up, and how they go to the simulated kernel.

use harness::choice::{Choice, Chooser};
use harness::kernel::{
    Answer, Call, Control, Ending, Fd, Kernel as _, OpenFlags, Pid, PollEvents, PollFd, Signal,
    Simulated, Status, Timeout,
};
use harness::process::ProcessId;
use serde::{Deserialize, Serialize};

use super::{Content, DESCRIPTORS, PATHS, PROCESSES, Reply, STRANGER, bytes};

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
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Pipes, Self::Fifos, Self::Descriptors, Self::Poll, Self::Processes];
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
        waits: bool,
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
    /// fork(2); the child is the process with this index.
    Fork {
        child: usize,
    },
}

/// What is known when a call is made up.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Descriptors of the process, with what `F_GETFL` says of them.
    pub open: Vec<(i32, OpenFlags)>,
    /// Who was born.
    pub born: usize,
    /// Whether all other processes wait in a call.
    pub is_alone: bool,
    /// Whether a pipe may be made larger than an ordinary user may.
    pub has_large_pipes: bool,
}

impl Knowledge {
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

const NONBLOCK: u32 = OpenFlags::NONBLOCK.bits();
const WRONLY: u32 = OpenFlags::WRONLY.bits();
const RDWR: u32 = OpenFlags::RDWR.bits();

impl Request {
    /// Makes one up.
    pub fn random(kind: Kind, known: &Knowledge, dice: &mut Dice) -> Self {
        match kind {
            Kind::Pipes => Self::of_pipes(known, dice),
            Kind::Fifos => Self::of_fifos(dice),
            Kind::Descriptors => Self::of_descriptors(known, dice),
            Kind::Poll => {
                let fds = (0..dice.below(4)).map(|_| {
                    let events = dice.one(&[0, 1, 1, 4, 4, 5, 0x2005]);
                    (known.any(dice), events)
                });
                let fds = fds.collect();
                Self::Poll { fds, waits: !known.is_alone && dice.happens(60) }
            }
            Kind::Processes => Self::of_processes(known, dice),
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
            8..46 => Self::Read { fd: known.reader(dice), length },
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

    fn of_fifos(dice: &mut Dice) -> Self {
        let path = match dice.below(40) {
            0 => String::new(),
            1 => "n".repeat(256),
            _ => dice.one(&PATHS).to_owned(),
        };
        match dice.below(100) {
            0..25 => Self::Mkfifo { path },
            25..33 => Self::Unlink { path },
            _ => {
                let mut flags = dice.one(&[0, 0, 0, WRONLY, WRONLY, WRONLY, RDWR]);
                if dice.happens(35) {
                    flags |= NONBLOCK;
                }
                if dice.happens(3) {
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
        let fd = known.any(dice);
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
                let child = dice.one(&[STRANGER, STRANGER, 0, 1, 2, 3]);
                Self::Waitpid { child, hang: dice.happens(50) }
            }
            55..85 => Self::Exit { status: dice.one(&[0, 1, 7, 255, 259, -1]) },
            85..92 => Self::Getpid,
            _ => Self::Getppid,
        }
    }

    /// `me` enters it in the simulation, or goes on with it.
    pub fn enter(&self, kernel: &mut Simulated, me: ProcessId) -> (Status, Reply) {
        let mut reply = Reply::default();
        let mut step = |mut call: Call<'_>| kernel.step(me, &mut call, &mut Usual);
        let status = match *self {
            Self::Pipe { flags } => {
                let mut ends = [Fd(-1); 2];
                let flags = OpenFlags::from_bits_retain(flags);
                let status = step(Call::Pipe { ends: &mut ends, flags });
                reply.words = ends.map(|fd| i64::from(fd.0)).to_vec();
                status
            }
            Self::Read { fd, length } => {
                let mut buffer = vec![0; length];
                let status = step(Call::Read { fd: Fd(fd), buffer: &mut buffer });
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
            Self::Poll { ref fds, waits } => {
                let fill = |&(fd, events): &(i32, u16)| PollFd {
                    fd: Fd(fd),
                    events: PollEvents::from_bits_retain(events),
                    revents: PollEvents::empty(),
                };
                let mut fds: Vec<PollFd> = fds.iter().map(fill).collect();
                let timeout = if waits { Timeout::Never } else { Timeout::After(0) };
                let status = step(Call::Poll { fds: &mut fds, timeout });
                reply.words = fds.iter().map(|polled| polled.revents.bits().into()).collect();
                status
            }
            Self::Getpid => named(step(Call::Getpid)),
            Self::Getppid => named(step(Call::Getppid)),
            Self::Waitpid { child, hang } => {
                let pid = if child == STRANGER { -1 } else { FIRST_PID + child as i32 };
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
            Self::Fork { child } => {
                kernel.fork(me, ProcessId::new(child));
                Status::Done(Ok(0))
            }
        };
        if let Status::Done(answer) | Status::Interrupted(Some(answer)) = status {
            reply.answer = number(answer);
        }
        if reply.answer < 0 {
            reply.words.clear();
        }
        (status, reply)
    }
}

/// Numbers of processes as indices: process 0 is 1, so that 0 stays what it is; strangers are 99.
fn named(status: Status) -> Status {
    match status {
        Status::Done(Ok(pid)) => {
            let index = pid as i64 - i64::from(FIRST_PID);
            let known = (0..PROCESSES as i64).contains(&index);
            Status::Done(Ok(if known { index as usize + 1 } else { 99 }))
        }
        other => other,
    }
}

fn number(answer: Answer) -> i64 {
    match answer {
        Ok(count) => count as i64,
        Err(errno) => -i64::from(errno.number()),
    }
}

/// Nothing unusual happens.
struct Usual;

impl Chooser for Usual {
    fn choose(&mut self, _: &Choice<'_>) -> Option<usize> {
        Some(0)
    }

    fn watches(&self) -> bool {
        false
    }
}
