//! Safety: what must never happen, in any contract. Which rule is watched is part of the situation that
//! the processes are put in.

use std::ops::ControlFlow;

use super::buffer::Buffer;
use super::counter::Counter;
use super::mailbox::{Fault, Mailbox};
use super::messages::{Messages, Mishap, Order};
use super::monitor::Monitor;
use super::mutual_exclusion::{MutualExclusion, Overlap};
use super::permits::Permits;
use super::philosophers::Neighbours;
use super::readers_writers::ReadersWriters;
use super::service::{Disservice, Requests};
use crate::event::{Event, Observer};
use crate::message::Discipline;
use crate::process::{ProcessId, ProcessSet};

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// More than so many inside at once.
    Exclusion {
        /// For how many there is room.
        places: usize,
    },
    /// A counter whose value is not the number of its increments.
    Counter,
    /// A `wait` that returns without a permit: semaphore `i` begins with `initial[i]`.
    Permits {
        /// The permits of each semaphore.
        initial: &'static [u8],
    },
    /// A buffer that is no queue, or has more items than places.
    Buffer {
        /// The number of places.
        capacity: u32,
    },
    /// Neighbours at a round table who eat together.
    Neighbours {
        /// How many sit there.
        places: usize,
    },
    /// Somebody inside together with a writer.
    ReadersWriters,
    /// More than one active in a monitor, or a `wait` on a condition that returns unprompted.
    Monitor,
    /// A message that is damaged, lost, or received twice; an end that comes too early.
    Messages {
        /// Who receives. The others send: so many.
        receiver: usize,
        /// How many send.
        senders: usize,
        /// In which order they are to be received.
        order: Order,
    },
    /// A request or an answer that is damaged, lost, doubled, or goes to another one than it should.
    Requests {
        /// Who serves. The others are clients: so many.
        server: usize,
        /// How many clients there are.
        clients: usize,
    },
    /// A mailbox that loses, mixes up or misdelivers messages, gives them out in another order than it
    /// should, has more inside than there is room for, or says what is not so.
    Mailbox {
        /// For how many messages there is room.
        capacity: u32,
        /// In which order they come out.
        discipline: Discipline,
    },
}

/// A rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Too many inside.
    Overlap(Overlap),
    /// A counter that was incremented so often has another value in the end.
    WrongCount {
        /// Its value.
        value: u64,
        /// How often `increment` returned.
        increments: u64,
    },
    /// `wait` on a condition returned, although nobody signalled it meanwhile.
    Unprompted {
        /// Whose.
        process: ProcessId,
        /// On which condition.
        condition: u8,
    },
    /// More items are in a buffer than it has places.
    Overfull {
        /// Who deposited one too many.
        process: ProcessId,
        /// The number of places.
        capacity: u32,
    },
    /// An item was taken that nobody had deposited.
    NeverDeposited {
        /// Who took it.
        process: ProcessId,
        /// The item.
        item: u64,
    },
    /// An item was taken twice.
    TakenTwice {
        /// Who took it again.
        process: ProcessId,
        /// The item.
        item: u64,
    },
    /// An item was taken before another one that had been deposited earlier.
    OutOfOrder {
        /// The one that was deposited first.
        first: u64,
        /// The one that was taken first.
        second: u64,
    },
    /// An exchange of messages went wrong.
    Mishap {
        /// For whom.
        process: ProcessId,
        /// How.
        mishap: Mishap,
    },
    /// A service went wrong.
    Disservice {
        /// For whom.
        process: ProcessId,
        /// How.
        disservice: Disservice,
    },
    /// A mailbox did something wrong.
    Mail(Fault),
    /// `wait` returned, but there was no permit.
    NoPermit {
        /// To whom.
        process: ProcessId,
        /// From which semaphore.
        semaphore: u8,
        /// How many permits it began with.
        initial: u32,
        /// How often `signal` had been called.
        signals: u32,
        /// How often `wait` has returned, this one included.
        waits: u32,
    },
}

/// Watches one rule.
#[derive(Clone, Debug)]
pub enum Safety {
    /// [`Rule::Exclusion`].
    Exclusion(MutualExclusion),
    /// [`Rule::Counter`].
    Counter(Counter),
    /// [`Rule::Permits`].
    Permits(Permits),
    /// [`Rule::Buffer`].
    Buffer(Buffer),
    /// [`Rule::Neighbours`].
    Neighbours(Neighbours),
    /// [`Rule::ReadersWriters`].
    ReadersWriters(ReadersWriters),
    /// [`Rule::Monitor`].
    Monitor(Monitor),
    /// [`Rule::Messages`].
    Messages(Messages),
    /// [`Rule::Requests`].
    Requests(Requests),
    /// [`Rule::Mailbox`].
    Mailbox(Box<Mailbox>),
}

impl Safety {
    /// Nothing has happened yet.
    pub fn new(rule: Rule) -> Self {
        match rule {
            Rule::Exclusion { places } => Self::Exclusion(MutualExclusion::with_places(places)),
            Rule::Counter => Self::Counter(Counter::new()),
            Rule::Permits { initial } => Self::Permits(Permits::new(initial)),
            Rule::Buffer { capacity } => Self::Buffer(Buffer::new(capacity)),
            Rule::Neighbours { places } => Self::Neighbours(Neighbours::new(places)),
            Rule::ReadersWriters => Self::ReadersWriters(ReadersWriters::new()),
            Rule::Monitor => Self::Monitor(Monitor::new()),
            Rule::Messages { receiver, senders, order } => {
                let receiver = ProcessId::new(receiver);
                let mut others = ProcessSet::first(senders + 1);
                others.remove(receiver);
                Self::Messages(Messages::new(receiver, others, order))
            }
            Rule::Requests { server, clients } => {
                let mut others = ProcessSet::first(clients + 1);
                others.remove(ProcessId::new(server));
                Self::Requests(Requests::new(others))
            }
            Rule::Mailbox { capacity, discipline } => {
                Self::Mailbox(Box::new(Mailbox::new(capacity, discipline)))
            }
        }
    }

    /// The first breach.
    pub fn breach(&self) -> Option<Breach> {
        match self {
            Self::Exclusion(oracle) => oracle.overlap().map(Breach::Overlap),
            Self::Counter(oracle) => oracle.breach(),
            Self::Permits(oracle) => oracle.breach(),
            Self::Buffer(oracle) => oracle.breach(),
            Self::Neighbours(oracle) => oracle.overlap().map(Breach::Overlap),
            Self::ReadersWriters(oracle) => oracle.overlap().map(Breach::Overlap),
            Self::Monitor(oracle) => oracle.breach(),
            Self::Messages(oracle) => oracle.breach(),
            Self::Requests(oracle) => oracle.breach(),
            Self::Mailbox(oracle) => oracle.breach(),
        }
    }

    /// The first breach, if it is that too many are inside.
    pub fn overlap(&self) -> Option<Overlap> {
        match self.breach() {
            Some(Breach::Overlap(overlap)) => Some(overlap),
            _ => None,
        }
    }
}

impl Observer for Safety {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        match self {
            Self::Exclusion(oracle) => oracle.observe(event),
            Self::Counter(oracle) => oracle.observe(event),
            Self::Permits(oracle) => oracle.observe(event),
            Self::Buffer(oracle) => oracle.observe(event),
            Self::Neighbours(oracle) => oracle.observe(event),
            Self::ReadersWriters(oracle) => oracle.observe(event),
            Self::Monitor(oracle) => oracle.observe(event),
            Self::Messages(oracle) => oracle.observe(event),
            Self::Requests(oracle) => oracle.observe(event),
            Self::Mailbox(oracle) => oracle.observe(event),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Messages(oracle) => oracle.digest(),
            _ => 0,
        }
    }
}
