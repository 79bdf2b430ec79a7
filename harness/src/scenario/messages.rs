//! Processes that send messages through the kernel: a parent and its children, of whom one receives.
//!
//! What differs from method to method is the contract; what the processes do with it is the same. So each
//! contract is driven as a [`Line`].

use std::cell::RefCell;

use super::specimen::{content, identify, sender};
use super::{Asks, Cast, Situation};
use crate::backend;
use crate::contract::Role;
use crate::engine::Body;
use crate::event::{Collected, EventKind, MessageId, Service};
use crate::kernel::{Config, Faults};
use crate::oracle::{Order, Priorities, Rule};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::shim::os::{self, Errno, OpenFlags, Pid, QueueAttributes};

/// How the processes find each other, where they have names for that: a path, and a message queue.
pub(super) const PATH: &str = "/tmp/line";
pub(super) const QUEUE: &str = "/line";

/// What all processes are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) senders: usize,
    /// Bytes of the longest message.
    pub(super) longest: usize,
    /// Messages that a queue holds.
    pub(super) room: usize,
}

/// A contract, as it is driven here.
pub(super) trait Line: Clone + 'static {
    /// What the first process calls before it forks, if it does.
    const BEFORE: Option<Told> = Some(Service::Open);
    /// What each process calls first.
    const FIRST: Told = Service::Begin;

    /// What the first process does before it forks.
    fn open(terms: &Terms) -> os::Result<Self>;
    /// A process takes its part; if there are two, it knows the number of the other one.
    fn begin(&mut self, role: Role, peer: Pid) -> os::Result<()>;
    /// Sends a message.
    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()>;
    /// The next message, or the end.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;
    /// A process is done.
    fn end(&mut self) -> os::Result<()>;
}

/// A service that may fail.
pub(super) type Told = fn(Option<&'static str>) -> Service;

/// An exchange: a situation, and what is sent in it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) situation: Situation,
    /// The lengths of each sender's messages, in turn.
    pub(super) lengths: &'static [usize],
    /// Whether process 0, the parent, receives; otherwise process 1 does.
    pub(super) parent_receives: bool,
    /// The receiver ends after so many messages, though there are more.
    pub(super) enough: Option<usize>,
    /// Pages of a pipe, and so on.
    pub(super) machine: Machine,
}

/// What the kernel of an exchange is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub(super) pages: usize,
    pub(super) interrupts: u32,
    /// Of whom one may die.
    pub(super) mortal: ProcessSet,
    /// Messages that a queue is to hold.
    pub(super) room: usize,
    /// Signals that may be queued.
    pub(super) signals: usize,
    /// What is there under the name before it begins.
    pub(super) leftover: Leftover,
}

/// What an earlier run has left behind.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leftover {
    Nothing,
    Fifo,
    /// A queue for so many messages of so many bytes at most, with some in it.
    Queue {
        messages_max: usize,
        bytes_max: usize,
        messages: &'static [&'static [u8]],
    },
}

impl Leftover {
    /// Makes it.
    fn make(self) -> os::Result<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::Fifo => os::mkfifo(PATH),
            Self::Queue { messages_max, bytes_max, messages } => {
                let flags = OpenFlags::CREAT | OpenFlags::WRONLY;
                let attributes = QueueAttributes { messages_max, bytes_max, ..Default::default() };
                let queue = os::mq_open(QUEUE, flags, Some(attributes))?;
                for message in messages {
                    os::mq_send(queue, message, 31)?;
                }
                os::close(queue)
            }
        }
    }
}

impl Exchange {
    pub(super) fn config(&self) -> Config {
        let Machine { pages, interrupts, mortal, signals, .. } = self.machine;
        let deaths = u32::from(!mortal.is_empty());
        Config {
            pipe_pages: pages,
            signals_max: signals,
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

    fn priority(&self, id: MessageId) -> u32 {
        match self.situation.rule {
            Rule::Messages { order: Order::Priorities(priorities), .. } => priorities.of(id),
            _ => 0,
        }
    }
}

/// A machine on which nothing goes wrong, with the smallest pipes.
pub(super) const SMALL: Machine = Machine {
    pages: 1,
    interrupts: 0,
    mortal: ProcessSet::EMPTY,
    room: 1,
    signals: 1024,
    leftover: Leftover::Nothing,
};

const ALL: Asks = Asks { safety: true, progress: true, ..Asks::NOTHING };

/// A situation in which the order is that of each sender.
pub(super) const fn situation(
    name: &'static str,
    title: &'static str,
    parent_receives: bool,
    processes: usize,
) -> Situation {
    situation_of(name, title, parent_receives, processes, Order::Senders)
}

/// A situation in which senders send without end, all of one priority: is nobody's message overtaken for ever?
pub(super) const fn flood(
    name: &'static str,
    title: &'static str,
    processes: usize,
    order: Order,
) -> Situation {
    let asks = Asks { fairness: true, ..Asks::NOTHING };
    Situation { asks, ..situation_of(name, title, true, processes, order) }
}

/// A situation in which messages have these priorities.
pub(super) const fn situation_with(
    name: &'static str,
    title: &'static str,
    parent_receives: bool,
    processes: usize,
    priorities: &'static [u8],
) -> Situation {
    let order = Order::Priorities(Priorities(priorities));
    situation_of(name, title, parent_receives, processes, order)
}

const fn situation_of(
    name: &'static str,
    title: &'static str,
    parent_receives: bool,
    processes: usize,
    order: Order,
) -> Situation {
    let receiver = if parent_receives { 0 } else { 1 };
    Situation {
        name,
        title,
        rule: Rule::Messages { receiver, senders: processes - 1, order },
        cast: Cast::Parts { from: processes, to: processes },
        asks: ALL,
        may_panic: false,
    }
}

/// The situations of the exchanges.
pub(super) const fn situations<const N: usize>(
    exchanges: &'static [Exchange; N],
) -> [&'static Situation; N] {
    let mut all = [&exchanges[0].situation; N];
    let mut place = 0;
    while place < N {
        all[place] = &exchanges[place].situation;
        place += 1;
    }
    all
}

/// Both lists.
pub(super) const fn joined<const A: usize, const B: usize, const N: usize>(
    one: [&'static Situation; A],
    other: [&'static Situation; B],
) -> [&'static Situation; N] {
    let mut all = [one[0]; N];
    let mut place = 0;
    while place < N {
        all[place] = if place < A { one[place] } else { other[place - A] };
        place += 1;
    }
    all
}

/// The exchange that goes with a situation.
pub(super) fn find(exchanges: &'static [Exchange], situation: &Situation) -> &'static Exchange {
    let mut all = exchanges.iter().chain(&LENGTHS);
    let found = all.find(|exchange| exchange.situation.name == situation.name);
    found.expect("all situations here are exchanges")
}

/// A situation for each length: a record of it comes, and a short one.
macro_rules! lengths {
    ($($length:literal)*) => {
        [$(Exchange {
            situation: Situation {
                asks: Asks { is_small: true, ..ALL },
                ..situation(
                    concat!("length", $length),
                    concat!("one process sends a record of ", $length, " bytes, and a short one"),
                    true,
                    2,
                )
            },
            lengths: &[$length, 5],
            parent_receives: true,
            enough: None,
            machine: SMALL,
        }),*]
    };
}

/// Lengths at which mistakes in framing show that others hide: those that a digit or a byte more is needed to
/// tell, and those that, with what is told before or behind the record, just fill what is written or read at once.
pub(super) static LENGTHS: [Exchange; 71] = lengths![
    9 10 11 99 100 101 127 128 254 255 256 257
    504 506 507 508 509 510 511 512 513
    990 992 993 994 995 996 997 998 999 1000 1001
    1016 1018 1019 1020 1021 1022 1023 1024 1025
    2040 2042 2043 2044 2045 2046 2047 2048 2049
    4080 4082 4083 4084 4085 4086 4087 4088 4089 4090 4091 4092 4093 4094 4095 4096 4097 4098
    8187 8188 8192
];

/// Records through pipes.
pub(super) static RECORDS: [Exchange; 10] = [
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
    FLOOD,
    CROWD,
];

/// Many records without end, of which a pipe holds some.
const fn records_without_end(
    situation: Situation,
    lengths: &'static [usize],
    pages: usize,
) -> Exchange {
    let machine = Machine { pages, ..SMALL };
    Exchange { situation, lengths, parent_receives: true, enough: None, machine }
}

/// The pipe has more than one page: a read may end within a record, and whoever reads on there at once is seen.
pub(super) const FLOOD: Exchange = records_without_end(
    flood("flood", "two processes send without end to a third one", 3, Order::Senders),
    &[150],
    3,
);

/// A pipe holds few records, so that whoever takes all that is there, of one sender after the other, is told from one who
/// never comes to the last of them.
pub(super) const CROWD: Exchange = records_without_end(
    flood("crowd", "three processes send without end to a fourth one", 4, Order::Senders),
    &[400],
    1,
);

/// Numbers what comes without end, where all messages are alike: each sender's in turn.
struct Numbers {
    length: usize,
    next: [u16; PROCESSES_MAX],
}

impl Numbers {
    fn next_of(&mut self, bytes: &[u8]) -> Collected {
        let Some(sender) = sender(bytes, self.length) else {
            return identify(bytes, std::iter::empty());
        };
        let number = &mut self.next[sender.index()];
        *number = number.wrapping_add(1);
        Collected::Message(MessageId { sender, number: number.wrapping_sub(1) })
    }
}

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
    fn call<T>(service: Told, work: impl FnOnce() -> os::Result<T>) -> Option<T> {
        backend::section(EventKind::Called(service(None)));
        let result = work();
        backend::section(EventKind::Returned(service(name(&result))));
        result.ok()
    }

    fn send(&self, line: &mut L, me: ProcessId) {
        for number in 0..self.quotas[me.index()] {
            let id = MessageId { sender: me, number: number as u16 };
            let message = content(id, self.exchange.length(number as usize));
            backend::section(EventKind::Called(Service::SendRecord(id, None)));
            let result = line.send(&message, self.exchange.priority(id));
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
                let id = MessageId { sender, number: number as u16 };
                (id, exchange.length(number as usize))
            })
        })
    }

    fn receive(&self, line: &mut L) {
        let enough = self.exchange.enough.unwrap_or(usize::MAX);
        let mut count = 0;
        let mut numbers = Numbers { length: self.exchange.length(0), next: [0; PROCESSES_MAX] };
        while count < enough {
            backend::section(EventKind::Called(Service::ReceiveRecord(Collected::Asked)));
            let received = match line.receive() {
                Ok(Some(bytes)) if self.exchange.situation.asks.fairness => numbers.next_of(&bytes),
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
            let machine = &self.exchange.machine;
            if machine.leftover.make().is_err() {
                return; // The execution is over.
            }
            let lengths = self.exchange.lengths.iter().copied();
            let terms = Terms {
                senders: self.quotas.len() - 1,
                longest: lengths.max().expect("there are messages"),
                room: machine.room,
            };
            let line = match L::BEFORE {
                Some(service) => Self::call(service, || L::open(&terms)),
                None => L::open(&terms).ok(),
            };
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
            let peer = backend::pid_of(ProcessId::new(usize::from(me.index() == 0)));
            if Self::call(L::FIRST, || line.begin(role, peer)).is_some() {
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
