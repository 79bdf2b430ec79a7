//! Processes that send messages through the kernel: a parent and its children, of whom one receives.
//!
//! What differs from method to method is the contract; what the processes do with it is the same. So each
//! contract is driven as a [`Line`].

use std::cell::RefCell;

use super::specimen::{content, identify};
use super::{Asks, Cast, Situation};
use crate::backend;
use crate::contract::Role;
use crate::engine::Body;
use crate::event::{Collected, EventKind, MessageId, Service};
use crate::kernel::{Config, Faults};
use crate::oracle::Rule;
use crate::process::{ProcessId, ProcessSet};
use crate::shim::os::{self, Errno};

/// A contract, as it is driven here.
pub(super) trait Line: Clone + 'static {
    /// What the first process does before it forks.
    fn open(senders: usize) -> os::Result<Self>;
    /// A process takes its part.
    fn begin(&mut self, role: Role) -> os::Result<()>;
    /// Sends a message.
    fn send(&mut self, message: &[u8]) -> os::Result<()>;
    /// The next message, or the end.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;
    /// A process is done.
    fn end(&mut self) -> os::Result<()>;
}

/// An exchange: a situation, and what is sent in it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) situation: Situation,
    /// The lengths of each sender's messages, in turn.
    lengths: &'static [usize],
    /// Whether process 0, the parent, receives; otherwise process 1 does.
    parent_receives: bool,
    /// The receiver ends after so many messages, though there are more.
    enough: Option<usize>,
    /// Pages of a pipe, and so on.
    machine: Machine,
}

/// What the kernel of an exchange is like.
#[derive(Clone, Copy, Debug)]
struct Machine {
    pages: usize,
    interrupts: u32,
    /// Of whom one may die.
    mortal: ProcessSet,
}

impl Exchange {
    pub(super) fn config(&self) -> Config {
        let Machine { pages, interrupts, mortal } = self.machine;
        let deaths = u32::from(!mortal.is_empty());
        Config {
            pipe_pages: pages,
            faults: Faults {
                at_most: interrupts + deaths,
                interrupts: interrupts > 0,
                refusals: false,
                mortal,
            },
            ..Config::default()
        }
    }

    const fn receiver(&self) -> usize {
        if self.parent_receives { 0 } else { 1 }
    }

    fn length(&self, number: usize) -> usize {
        self.lengths[number % self.lengths.len()]
    }
}

/// A machine on which nothing goes wrong, with the smallest pipes.
const SMALL: Machine = Machine { pages: 1, interrupts: 0, mortal: ProcessSet::EMPTY };

const ALL: Asks = Asks { safety: true, progress: true, ..Asks::NOTHING };

const fn situation(
    name: &'static str,
    title: &'static str,
    parent_receives: bool,
    processes: usize,
) -> Situation {
    let receiver = if parent_receives { 0 } else { 1 };
    Situation {
        name,
        title,
        rule: Rule::Messages { receiver, senders: processes - 1 },
        cast: Cast::Parts { from: processes, to: processes },
        asks: ALL,
        may_panic: false,
    }
}

/// Records through pipes.
pub(super) static RECORDS: [Exchange; 8] = [
    Exchange {
        situation: situation("short", "a child sends short records to its parent", true, 2),
        lengths: &[5, 2],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "down",
            "the parent sends to its child, and waits for its end",
            false,
            2,
        ),
        lengths: &[3, 700],
        parent_receives: false,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "long",
            "a child sends records that are longer than the pipe holds",
            true,
            2,
        ),
        lengths: &[6000, 4096],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation("many", "two children send short records to their parent", true, 3),
        lengths: &[2, 300],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "mixed",
            "two children send records longer than PIPE_BUF to their parent",
            true,
            3,
        ),
        lengths: &[5000],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "interrupted",
            "a child sends long records to its parent; signals interrupt the calls",
            true,
            2,
        ),
        lengths: &[9000, 18],
        parent_receives: true,
        enough: None,
        machine: Machine { interrupts: 2, ..SMALL },
    },
    Exchange {
        situation: situation(
            "enough",
            "the parent stops receiving after one record; its child sends more",
            true,
            2,
        ),
        lengths: &[3000, 3000],
        parent_receives: true,
        enough: Some(1),
        machine: SMALL,
    },
    Exchange {
        situation: situation("death", "two children send to their parent; one may die", true, 3),
        lengths: &[300, 4200],
        parent_receives: true,
        enough: None,
        machine: Machine { mortal: ProcessSet::only(ProcessId::new(1)), ..SMALL },
    },
];

/// The processes of an exchange.
struct Talk<'a, L> {
    exchange: &'static Exchange,
    quotas: &'a [u32],
    /// What each child finds in its memory when it is born.
    inherited: RefCell<Vec<Option<L>>>,
}

/// The processes' bodies.
pub(super) fn body<'a, L: Line>(
    quotas: &'a [u32],
    exchange: &'static Exchange,
) -> Box<dyn Body + 'a> {
    Box::new(Talk::<'a, L> { exchange, quotas, inherited: RefCell::default() })
}

fn name<T>(result: &os::Result<T>) -> Option<&'static str> {
    result.as_ref().err().map(|errno| errno.name())
}

impl<L: Line> Talk<'_, L> {
    /// Calls a service that may fail, and tells how it went.
    fn call<T>(
        service: fn(Option<&'static str>) -> Service,
        work: impl FnOnce() -> os::Result<T>,
    ) -> Option<T> {
        backend::section(EventKind::Called(service(None)));
        let result = work();
        backend::section(EventKind::Returned(service(name(&result))));
        result.ok()
    }

    fn send(&self, line: &mut L, me: ProcessId) {
        for number in 0..self.quotas[me.index()] {
            let id = MessageId { sender: me, number: number as u8 };
            let message = content(id, self.exchange.length(number as usize));
            backend::section(EventKind::Called(Service::SendRecord(id, None)));
            let result = line.send(&message);
            backend::section(EventKind::Returned(Service::SendRecord(id, name(&result))));
            if result.is_err() {
                return;
            }
        }
    }

    /// All that is sent, with the lengths.
    fn sent(&self) -> impl Iterator<Item = (MessageId, usize)> {
        let senders = ProcessId::all(self.quotas.len());
        let senders = senders.filter(|sender| sender.index() != self.exchange.receiver());
        let (exchange, quotas) = (self.exchange, self.quotas);
        senders.flat_map(move |sender| {
            (0..quotas[sender.index()]).map(move |number| {
                let id = MessageId { sender, number: number as u8 };
                (id, exchange.length(number as usize))
            })
        })
    }

    fn receive(&self, line: &mut L) {
        let enough = self.exchange.enough.unwrap_or(usize::MAX);
        let mut count = 0;
        while count < enough {
            backend::section(EventKind::Called(Service::ReceiveRecord(Collected::Asked)));
            let received = match line.receive() {
                Ok(Some(bytes)) => identify(&bytes, self.sent()),
                Ok(None) => Collected::End,
                Err(errno) => Collected::Failed(errno.name()),
            };
            backend::section(EventKind::Returned(Service::ReceiveRecord(received)));
            if !matches!(received, Collected::Message(_)) {
                return;
            }
            count += 1;
        }
    }

    /// The parent waits for its children: calls that a signal interrupts are made again.
    fn wait_for_children() {
        loop {
            match os::waitpid(None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl<L: Line> Body for Talk<'_, L> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, me: ProcessId) {
        let line = if me.index() == 0 {
            let line = Self::call(Service::Open, || L::open(self.quotas.len() - 1));
            let copies = self.quotas.iter().map(|_| line.clone());
            *self.inherited.borrow_mut() = copies.collect();
            backend::fork_all();
            line
        } else {
            backend::wait_for_birth();
            self.inherited.borrow_mut()[me.index()].take()
        };
        if let Some(mut line) = line {
            let receiver = self.exchange.receiver();
            let number = me.index() - usize::from(me.index() > receiver);
            let role = if me.index() == receiver { Role::Receiver } else { Role::Sender(number) };
            if Self::call(Service::Begin, || line.begin(role)).is_some() {
                match role {
                    Role::Receiver => self.receive(&mut line),
                    Role::Sender(_) => self.send(&mut line, me),
                }
                Self::call(Service::End, || line.end());
            }
        }
        if me.index() == 0 {
            Self::wait_for_children();
        }
        backend::exit();
    }
}
