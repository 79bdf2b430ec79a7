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

pub use request::{Dice, Kind, Knowledge, Request, told};

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
    /// The call.
    pub request: Request,
}

/// What the process is told that makes the others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// Say what this machine can do.
    Probe,
    /// Make the first process of a sequence.
    Begin,
    /// These have ended: wait for those who have no parent in the sequence any more, as init(1) would.
    Bury(Vec<i32>),
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
