//! The five methods of message passing on Linux, by what distinguishes them, each cell shown by an experiment.
//!
//! An experiment (`trials.rs`) makes a few system calls on a [`Machine`] and looks at what they return and at who waits. Its
//! words follow from that. The machine is the simulated kernel ([`Simulation`]), or processes on Linux:
//! `tests/tests/methods.rs` makes the same experiments there and compares cell by cell.
//!
//! An experiment shows what its own calls came to on this machine. Sizes depend on the machine's configuration.

mod act;
mod lab;
mod simulation;
mod trials;

use std::fmt;

pub use act::{Act, FIFO, QUEUE, Returned, SIGNALS, SOCKET, Told};
pub use simulation::Simulation;

use lab::Lab;

/// Processes that an experiment has at most.
pub const PROCESSES: usize = 3;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned.
    Returned(Returned),
    /// Its process is no more.
    Died,
}

/// Where system calls are made by processes that do as they are told.
pub trait Machine {
    /// Begins anew: with process 0, and without what was made before.
    fn begin(&mut self);

    /// Has a process make a call, and goes on until nobody moves any more. Whose call returned meanwhile,
    /// by process; who is not named waits, or was not in a call.
    fn call(&mut self, process: usize, act: &Act) -> Vec<(usize, Outcome)>;
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// pipe(2).
    AnonymousPipe,
    /// fifo(7).
    NamedPipe,
    /// signal(7).
    Signal,
    /// `mq_overview(7)`.
    MessageQueue,
    /// unix(7).
    Socket,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// Who waits, and for what.
    Blocking,
    /// Whom a message is for, and what names him.
    Addressing,
    /// In which order messages are received.
    Queuing,
    /// Whether messages stay apart.
    Boundary,
    /// Whether an answer may go the same way.
    Duplex,
    /// Whether only those can use it who inherited it.
    RelatedOnly,
    /// What it holds that nobody has received.
    Capacity,
    /// When it is gone, with what is in it.
    Lifetime,
}

/// One kind of a method, where there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Medium {
    Pipe,
    Fifo,
    Standard,
    RealTime,
    Queue,
    Stream,
    SeqPacket,
    Datagram,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Of which column.
    pub method: Method,
    /// Of which row.
    pub property: Property,
    /// What was found, in a few words.
    pub says: String,
    /// The experiments that it was found by: one for each kind of the method.
    pub trials: Vec<Trial>,
}

/// One experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The kind of the method; empty if there is one only.
    pub kind: &'static str,
    /// What was found.
    pub says: String,
    /// The calls, one a line, with what they came to. Where the experiment begins anew there is an empty line.
    pub steps: Vec<String>,
}

impl Method {
    /// All, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::AnonymousPipe, Self::NamedPipe, Self::Signal, Self::MessageQueue, Self::Socket];

    const fn media(self) -> &'static [Medium] {
        match self {
            Self::AnonymousPipe => &[Medium::Pipe],
            Self::NamedPipe => &[Medium::Fifo],
            Self::Signal => &[Medium::Standard, Medium::RealTime],
            Self::MessageQueue => &[Medium::Queue],
            Self::Socket => &[Medium::Stream, Medium::SeqPacket, Medium::Datagram],
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnonymousPipe => "anonymous pipe",
            Self::NamedPipe => "named pipe",
            Self::Signal => "signal",
            Self::MessageQueue => "message queue",
            Self::Socket => "socket",
        })
    }
}

impl Property {
    /// All, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Blocking,
        Self::Addressing,
        Self::Queuing,
        Self::Boundary,
        Self::Duplex,
        Self::RelatedOnly,
        Self::Capacity,
        Self::Lifetime,
    ];
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocking => "blocking",
            Self::Addressing => "addressing",
            Self::Queuing => "queuing",
            Self::Boundary => "boundary",
            Self::Duplex => "duplex",
            Self::RelatedOnly => "related only",
            Self::Capacity => "capacity",
            Self::Lifetime => "lifetime",
        })
    }
}

impl Medium {
    /// How it is told from the others of its method.
    const fn kind(self) -> &'static str {
        match self {
            Self::Pipe | Self::Fifo | Self::Queue => "",
            Self::Standard => "standard",
            Self::RealTime => "real-time",
            Self::Stream => "stream",
            Self::SeqPacket => "seqpacket",
            Self::Datagram => "datagram",
        }
    }
}

/// Finds out on this machine what a cell says.
pub fn cell(machine: &mut dyn Machine, method: Method, property: Property) -> Cell {
    let trials = method.media().iter().map(|&medium| {
        let mut lab = Lab::new(machine, medium);
        let says = trials::find(&mut lab, property);
        Trial { kind: medium.kind(), says, steps: lab.steps() }
    });
    let trials: Vec<Trial> = trials.collect();
    Cell { method, property, says: together(&trials), trials }
}

/// What the trials say, those together that say the same.
fn together(trials: &[Trial]) -> String {
    let mut groups: Vec<(String, &str)> = Vec::new();
    for trial in trials {
        match groups.iter_mut().find(|(_, says)| *says == trial.says) {
            Some((kinds, _)) => {
                kinds.push_str(", ");
                kinds.push_str(trial.kind);
            }
            None => groups.push((trial.kind.to_owned(), &trial.says)),
        }
    }
    match groups.as_slice() {
        [(_, says)] => (*says).to_owned(),
        groups => {
            // A semicolon goes between kinds here.
            let text =
                |(kinds, says): &(String, &str)| format!("{kinds}: {}", says.replace(';', ","));
            groups.iter().map(text).collect::<Vec<_>>().join("; ")
        }
    }
}
