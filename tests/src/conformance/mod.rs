//! The same calls on the simulated kernel and on Linux: what both sides of the test speak.
//!
//! [`Request`] is the one list of calls: how each is made up, and how it goes to the simulated kernel. The other
//! side is the binary `executor`, whose processes make them on Linux. Between them go frames: four
//! bytes of length, then JSON.

#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "all numbers that are converted here are small"
)]

mod request;

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use request::{Dice, Kind, Knowledge, Memory, Patience, Request, TCP, Usual, told};

/// Processes that take part at most.
pub const PROCESSES: usize = 4;

/// Descriptors of a process: few, so that they run out.
pub const DESCRIPTORS: usize = 16;

/// Stands for no process in particular.
pub const ANYBODY: i64 = -1;

/// The paths that are used: first those of FIFOs, then those of sockets; but either may be taken for the other.
pub const PATHS: [&str; 4] = ["f0", "f1", "s0", "s1"];

/// The addresses of sockets: none, paths, and abstract names, which begin with `@` here. Replies say which
/// of them.
pub const ADDRESSES: [&str; 6] = ["", "s0", "s1", "@a0", "@a1", "f0"];

/// Stands for a port that the kernel chooses. The addresses behind it are ports of TCP: first those that are
/// the sequence's own, then those that somebody was told of, as [`Ports`] has them.
pub const ANY_PORT: usize = ADDRESSES.len();

/// The first port that is the sequence's own.
pub const FIRST_PORT: usize = ANY_PORT + 1;

/// How many ports are the sequence's own.
pub const OWN_PORTS: usize = 2;

/// A port in a reply, before it is known which of [`Ports`] it is: this, and the port.
pub const PORT_WORD: i64 = 1 << 32;

/// What is added to a port of another loopback address than the run's own.
pub const ELSEWHERE: i64 = 1 << 20;

/// Ports of TCP, in the order in which anybody was told of them: which the kernel chooses is its own affair, whether
/// it is the same as before is not.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ports(pub Vec<i64>);

impl Ports {
    /// The ports that are the sequence's own: this one, and those behind it.
    pub fn own(first: u16) -> Self {
        Self((0..OWN_PORTS as i64).map(|more| i64::from(first) + more).collect())
    }

    /// These ports may become those of others, by the same numbers.
    pub fn forget(&mut self, places: &[usize]) {
        for &place in places {
            self.0[place] = -1;
        }
    }

    /// Says in replies which ports they name. New ones are added.
    pub fn name(&mut self, words: &mut [i64]) {
        for word in words.iter_mut().filter(|word| **word >= PORT_WORD) {
            let port = *word - PORT_WORD;
            let known = self.0.iter().position(|&other| other == port);
            let place = known.unwrap_or_else(|| {
                self.0.push(port);
                self.0.len() - 1
            });
            *word = (FIRST_PORT + place) as i64;
        }
    }
}

/// How long a short wait is, in nanoseconds. Only what comes of it is compared, never how long it took.
pub const SHORT: u64 = 1_000_000;

/// A long one: an hour, so that nobody sees its end.
pub const LONG: u64 = 3_600_000_000_000;

/// What is to be so before a process makes its call: what has been sent by TCP arrives when it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// A socket of the process.
    pub fd: i32,
    /// What poll(2) answers, at least.
    pub events: u16,
    /// How much there is to read, at least.
    pub bytes: usize,
}

/// What a socket is made to take of what it sends (`SO_SNDBUF`), so that it is soon full. Linux doubles it.
pub const SOCKET_BYTES: usize = 5000;

/// The names of queues that are used.
pub const QUEUES: [&str; 2] = ["/q0", "/q1"];

/// How processes that take no part are named; the others are by index, counted from 1.
pub const UNKNOWN: i64 = 99;

/// What a process is told to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// The numbers that the processes have on this machine, by index.
    pub pids: Vec<i32>,
    /// The ports that are known so far.
    pub ports: Vec<i64>,
    /// What is waited for first.
    pub arrivals: Vec<Arrival>,
    /// The call.
    pub request: Request,
}

/// The signal that interrupts calls: all processes have a handler for it, without `SA_RESTART`, of which nobody is
/// told. The simulation has it in [`harness::kernel::Faults::interrupts`].
pub const INTERRUPTING: i32 = 1;

/// The signal that nobody survives.
pub const FATAL: i32 = 9;

/// What the process is told that makes the others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// Say what this machine can do.
    Probe,
    /// Make the first process of a sequence.
    Begin,
    /// These have ended: wait for those who have no parent in the sequence any more, as init(1) would.
    Bury(Vec<i32>),
    /// Send this signal to the process with this number.
    Signal(i32, i32),
    /// End all processes of the sequence.
    End,
}

/// What this machine can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    /// The number of the process that makes the others.
    pub pid: i32,
    /// Bytes of a new pipe.
    pub pipe_bytes: usize,
    /// Whether a pipe may be made larger than an ordinary user may.
    pub has_large_pipes: bool,
    /// Why there are no message queues, if there are none.
    pub lacks_queues: Option<String>,
    /// Why there is no TCP on the loopback address, if there is none.
    pub lacks_tcp: Option<String>,
    /// What a socket takes of what it sends.
    pub socket_bytes: usize,
    /// Datagrams that a receiver holds.
    pub datagrams_max: usize,
}

/// Bytes that were read: how many, and enough of them to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    length: usize,
    first: Vec<u8>,
    digest: u64,
}

impl Content {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let first = bytes.iter().take(4).copied().collect();
        let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest: u64, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { length: bytes.len(), first, digest }
    }

    /// The first byte, if there is any.
    pub fn first(&self) -> Option<u8> {
        self.first.first().copied()
    }
}

/// What became of a call: the same on both sides, or the simulation is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What it returned; an error is negative.
    pub answer: i64,
    /// What it wrote elsewhere, if it succeeded. Processes are named by index.
    pub words: Vec<i64>,
    /// What it read.
    pub content: Content,
    /// What sigtimedwait(2) was told.
    pub told: Option<Info>,
    /// What handlers ran meanwhile, and what they were told.
    pub handled: Vec<Info>,
}

/// What is told with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Which.
    pub signal: i32,
    /// From where: as in [`harness::kernel::Origin`], in that order.
    pub origin: i32,
    /// Who sent it: its name; as the executor says it, its number on this machine.
    pub process: i64,
    /// The value that went with it.
    pub value: i32,
}

/// How a process with this number is named in replies.
pub fn name(pid: i32, pids: &[i32]) -> i64 {
    pids.iter().position(|&other| other == pid).map_or(UNKNOWN, |index| index as i64 + 1)
}

/// The bytes that a write with this seed writes: each differs from its neighbours and from those of
/// other writes.
pub fn bytes(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| seed ^ at as u8 ^ (at >> 8) as u8).collect()
}

/// Sends a frame.
pub fn send(mut to: impl Write, what: &impl Serialize) -> io::Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, what)?;
    let length = frame.len() as u32 - 4;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    to.write_all(&frame)
}

/// Receives a frame; waits for it.
pub fn receive<T: DeserializeOwned>(mut from: impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}
