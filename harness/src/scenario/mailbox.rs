//! Mailboxes between senders and receivers: with room and without, addressed and not, in order and by
//! priority; with calls that do not wait; and until somebody closes them.
//!
//! The messages of one execution differ in their bodies. Where integrity is asked for, with each message goes
//! something that is not atomic: whoever receives it may read what was written there before it was sent.

use super::{Asks, Cast, Scenario, Situation, Victims, call, remainder, scenario};
use crate::backend::{self, Panic};
use crate::contract::{Closed, MailboxKind, MessagePassing, TryReceiveError, TrySendError};
use crate::engine::Body;
use crate::event::{EventKind, Received, Sent, Service};
use crate::message::{Discipline, Message};
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::SharedCell;

/// Is the law kept? With goods.
const GOODS: Asks = Asks { safety: true, ..Asks::NOTHING };

/// Does everybody go on, is nobody starved, do those who wait sleep? Without goods.
const FLOW: Asks = Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING };

/// Is the law kept, and does everybody go on? With goods.
const BOTH: Asks = Asks { safety: true, progress: true, ..Asks::NOTHING };

/// And do those who wait sleep?
const ALL_BUT_FAIRNESS: Asks = Asks { sleep: true, ..BOTH };

const TWO: (usize, usize) = (2, 2);
const THREE: (usize, usize) = (3, 3);
const SOME: (usize, usize) = (3, 4);
const MANY: (usize, usize) = (4, PROCESSES_MAX);

const fn situation(
    name: &'static str,
    title: &'static str,
    capacity: u32,
    (from, to): (usize, usize),
    asks: Asks,
) -> Situation {
    let (discipline, cast) = (Discipline::Fifo, Cast::Parts { from, to });
    let rule = Rule::Mailbox { capacity, discipline };
    Situation { name, title, rule, cast, asks, may_panic: false }
}

const fn by_priority(
    name: &'static str,
    title: &'static str,
    capacity: u32,
    processes: (usize, usize),
    asks: Asks,
) -> Situation {
    let rule = Rule::Mailbox { capacity, discipline: Discipline::Priority };
    Situation { rule, ..situation(name, title, capacity, processes, asks) }
}

// Who sends, who receives, and for how much there is room.

static PAIR: Situation =
    situation("pair_goods", "a sender and a receiver, room for one; goods", 1, TWO, GOODS);
static PAIR_FLOW: Situation =
    situation("pair", "a sender and a receiver, room for one", 1, TWO, FLOW);
/// Room for three: a number that is no power of two.
static WIDE: Situation =
    situation("wide_goods", "a sender and a receiver, room for three; goods", 3, TWO, GOODS);
static RENDEZVOUS: Situation =
    situation("rendezvous_goods", "a sender and a receiver, no room; goods", 0, TWO, GOODS);
static RENDEZVOUS_FLOW: Situation =
    situation("rendezvous", "a sender and a receiver, no room", 0, TWO, FLOW);
static SENDERS: Situation =
    situation("senders_goods", "two senders and a receiver, room for two; goods", 2, THREE, GOODS);
static SENDERS_FLOW: Situation =
    situation("senders", "two senders and a receiver, room for one", 1, THREE, FLOW);
static MEETINGS: Situation =
    situation("meetings_goods", "two senders and a receiver, no room; goods", 0, THREE, GOODS);
static MEETINGS_FLOW: Situation =
    situation("meetings", "two senders and a receiver, no room", 0, THREE, FLOW);
/// With room for two there may be a message for each of two who wait: each has to be told.
static RECEIVERS: Situation =
    situation("receivers_goods", "a sender and two receivers, room for two; goods", 2, THREE, BOTH);
static RECEIVERS_FLOW: Situation = situation(
    "receivers",
    "a sender and two receivers, room for one",
    1,
    THREE,
    Asks { fairness: false, ..FLOW },
);
static TAKERS: Situation = situation(
    "takers_goods",
    "a sender and two receivers, no room; goods",
    0,
    THREE,
    ALL_BUT_FAIRNESS,
);
static CROWD: Situation =
    situation("crowd_goods", "senders and receivers, room for two; goods", 2, MANY, GOODS);
static CROWD_FLOW: Situation = situation(
    "crowd",
    "senders and receivers, room for one",
    1,
    MANY,
    Asks { victims: Victims::First, ..FLOW },
);

// Who writes to whom.

/// Both directions in one mailbox. There is room for what both send before they receive.
static TALK: Situation = situation(
    "talk",
    "P0 and P1 write to each other, and wait for the answer; room for two; goods",
    2,
    TWO,
    BOTH,
);
static DIRECT: Situation = situation(
    "direct",
    "P0 writes to each of the others, one after the other; room for one; goods",
    1,
    SOME,
    ALL_BUT_FAIRNESS,
);
/// Each client has at most one message there, its question or the answer: there is always room.
static SERVER: Situation = situation(
    "server",
    "all others ask the last process, and receive from it alone; it answers who asked; room for three; \
     goods",
    3,
    SOME,
    BOTH,
);
/// There is room for all that P1 sends while the first message of P2 is waited for.
static CHOOSY: Situation = situation(
    "choosy",
    "P0 receives from P2, then from P1, in turn; room for four; goods",
    CHOOSY_ROUNDS_MAX + 1,
    THREE,
    BOTH,
);
static CHOOSY_RENDEZVOUS: Situation = situation(
    "choosy_rendezvous",
    "P0 receives from P2, then from P1, in turn; no room; goods",
    0,
    THREE,
    BOTH,
);

/// The most rounds in these: with more, there would have to be more room.
const CHOOSY_ROUNDS_MAX: u32 = 3;

// Which message is first.

static URGENT: Situation = by_priority(
    "urgent",
    "priorities 1, 0, 0, 2, again and again; room for three; goods",
    3,
    TWO,
    BOTH,
);
static URGENT_SENDERS: Situation = by_priority(
    "urgent_senders",
    "the messages of P1 have priority 1, those of P0 do not; P2 receives; room for two; goods",
    2,
    THREE,
    BOTH,
);

// Who does not wait.

static TRIES: Situation = situation(
    "tries",
    "P0 calls try_receive, and try_send twice; P1 calls arrived and try_receive; room for one; goods",
    1,
    TWO,
    BOTH,
);
static POLITE: Situation = situation(
    "polite",
    "P0 calls try_send, P1 arrived and try_receive; if that fails they wait; room for one; goods",
    1,
    TWO,
    BOTH,
);
static POLITE_RENDEZVOUS: Situation = situation(
    "polite_rendezvous",
    "P0 calls try_send, P1 arrived and try_receive; if that fails they wait; no room; goods",
    0,
    TWO,
    BOTH,
);

// How it ends.

static END: Situation = situation(
    "end",
    "P0 sends and then closes, P1 receives until the end; room for one; goods",
    1,
    TWO,
    ALL_BUT_FAIRNESS,
);
static HANG_UP: Situation = situation(
    "hang_up",
    "P0 receives one message, closes, and receives what is left; P1 sends until the end, and closes; \
     room for one; goods",
    1,
    TWO,
    BOTH,
);
static HANG_UP_RENDEZVOUS: Situation = situation(
    "hang_up_rendezvous",
    "P0 receives one message, closes, and receives what is left; P1 sends until the end, and closes; \
     no room; goods",
    0,
    TWO,
    BOTH,
);
static LAST_ORDERS: Situation = situation(
    "last_orders",
    "P0 sends one message and closes, all others receive until the end; room for one; goods",
    1,
    SOME,
    BOTH,
);
static CLOSING_TIME: Situation = situation(
    "closing_time",
    "P0 receives one message and closes, all others send until the end; room for one; goods",
    1,
    SOME,
    BOTH,
);

static ALL: [&Situation; 29] = [
    &PAIR,
    &PAIR_FLOW,
    &WIDE,
    &RENDEZVOUS,
    &RENDEZVOUS_FLOW,
    &SENDERS,
    &SENDERS_FLOW,
    &MEETINGS,
    &MEETINGS_FLOW,
    &RECEIVERS,
    &RECEIVERS_FLOW,
    &TAKERS,
    &CROWD,
    &CROWD_FLOW,
    &TALK,
    &DIRECT,
    &SERVER,
    &CHOOSY,
    &CHOOSY_RENDEZVOUS,
    &URGENT,
    &URGENT_SENDERS,
    &TRIES,
    &POLITE,
    &POLITE_RENDEZVOUS,
    &END,
    &HANG_UP,
    &HANG_UP_RENDEZVOUS,
    &LAST_ORDERS,
    &CLOSING_TIME,
];

scenario! {
    /// The scenario of [`MessagePassing`], for one type of solution.
    MailboxScenario
}

impl<S: MessagePassing> Scenario for MailboxScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let processes = quotas.len();
        let Rule::Mailbox { capacity, discipline } = situation.rule else {
            unreachable!("all situations here are about a mailbox")
        };
        let kind = MailboxKind { capacity: capacity as usize, discipline };
        let mailbox = backend::catch(|| S::new(processes, kind))?;
        let most = quotas.iter().copied().max().unwrap_or(0);
        let goods = if situation.asks.safety {
            let messages = processes * (most as usize + 1) * processes.max(SENT_PER_ROUND_MAX);
            (0..messages).map(|_| SharedCell::new(0)).collect()
        } else {
            Vec::new()
        };
        Ok(Box::new(Correspondence { mailbox, quotas, situation, goods }))
    }
}

/// The most messages that one process sends in one round, if there are not more receivers.
const SENT_PER_ROUND_MAX: usize = 4;

struct Correspondence<'a, S> {
    mailbox: S,
    quotas: &'a [u32],
    situation: &'static Situation,
    /// What goes with message `i` is in place `i - 1`.
    goods: Vec<SharedCell<u64>>,
}

impl<S> Correspondence<'_, S> {
    /// How many processes send, where some send and the others receive.
    fn senders(&self) -> usize {
        match self.situation.name {
            "receivers_goods" | "receivers" | "takers_goods" => 1,
            "crowd_goods" | "crowd" => self.quotas.len() / 2,
            _ => self.quotas.len() - 1,
        }
    }

    /// How many messages a process sends or receives there. As many are received as are sent.
    fn balanced(&self, process: ProcessId) -> u32 {
        let (senders, receivers) = (self.senders(), self.quotas.len() - self.senders());
        let factor = match process.index() {
            // With more room, two messages would not go round the places.
            _ if senders == receivers => {
                1 + usize::from(matches!(self.situation.name, "wide_goods" | "urgent"))
            }
            sender if sender < senders => receivers,
            _ => senders,
        };
        self.quotas[process.index()].saturating_mul(factor as u32)
    }

    /// What goes with a message, if that is looked at. There is none for a message that nobody sent.
    fn goods(&self, body: u32) -> Option<&SharedCell<u64>> {
        self.goods.get((body as usize).checked_sub(1)?)
    }
}

/// A process with its part.
struct Correspondent<'a, S> {
    all: &'a Correspondence<'a, S>,
    me: ProcessId,
    /// How many messages it has made.
    made: u32,
}

impl<S: MessagePassing> Correspondent<'_, S> {
    /// The next message: no other one has its body, and none has body 0.
    fn message(&mut self, to: Option<ProcessId>, priority: u8) -> Message {
        let processes = self.all.quotas.len() as u32;
        let body = self.made.wrapping_mul(processes).wrapping_add(self.me.index() as u32 + 1);
        self.made = self.made.wrapping_add(1);
        if let Some(goods) = self.all.goods(body) {
            goods.set(u64::from(body));
        }
        Message { from: self.me, to, priority, body }
    }

    /// Whether it could be sent.
    fn send(&mut self, to: Option<ProcessId>, priority: u8) -> bool {
        let message = self.message(to, priority);
        backend::section(EventKind::Called(Service::Send(message, Sent::Pending)));
        let sent = match self.all.mailbox.send(self.me, message) {
            Ok(()) => Sent::Done,
            Err(Closed) => Sent::Closed,
        };
        backend::section(EventKind::Returned(Service::Send(message, sent)));
        sent == Sent::Done
    }

    /// Whether it could be sent at once.
    fn try_send(&mut self) -> bool {
        let message = self.message(None, 0);
        backend::section(EventKind::Called(Service::TrySend(message, Sent::Pending)));
        let sent = match self.all.mailbox.try_send(self.me, message) {
            Ok(()) => Sent::Done,
            Err(TrySendError::Full) => Sent::Full,
            Err(TrySendError::Closed) => Sent::Closed,
        };
        backend::section(EventKind::Returned(Service::TrySend(message, sent)));
        sent == Sent::Done
    }

    fn receive(&self, from: Option<ProcessId>) -> Option<Message> {
        backend::section(EventKind::Called(Service::Receive(from, Received::Pending)));
        let received = match self.all.mailbox.receive(self.me, from) {
            Ok(message) => Received::Message(message),
            Err(Closed) => Received::Closed,
        };
        backend::section(EventKind::Returned(Service::Receive(from, received)));
        self.look_at(received)
    }

    fn try_receive(&self) -> Option<Message> {
        backend::section(EventKind::Called(Service::TryReceive(None, Received::Pending)));
        let received = match self.all.mailbox.try_receive(self.me, None) {
            Ok(message) => Received::Message(message),
            Err(TryReceiveError::Empty) => Received::Empty,
            Err(TryReceiveError::Closed) => Received::Closed,
        };
        backend::section(EventKind::Returned(Service::TryReceive(None, received)));
        self.look_at(received)
    }

    /// Takes what goes with the message.
    fn look_at(&self, received: Received) -> Option<Message> {
        let Received::Message(message) = received else { return None };
        if let Some(goods) = self.all.goods(message.body) {
            goods.get();
        }
        Some(message)
    }

    fn arrived(&self) {
        backend::section(EventKind::Called(Service::Arrived(None, None)));
        let answer = self.all.mailbox.arrived(self.me, None);
        backend::section(EventKind::Returned(Service::Arrived(None, Some(answer))));
    }

    fn close(&self) {
        call(Service::Close, || self.all.mailbox.close(self.me));
    }

    /// Receives until the end. There are not more than `most` messages.
    fn drain(&self, most: u32) {
        for _ in 0..=most {
            if self.receive(None).is_none() {
                return;
            }
        }
    }

    /// Sends to anybody, or receives from anybody.
    fn exchange(&mut self) {
        let sends = self.me.index() < self.all.senders();
        for round in 0..self.all.balanced(self.me) {
            remainder();
            if sends {
                let priority = match self.all.situation.name {
                    "urgent" => [1, 0, 0, 2][round as usize % 4],
                    "urgent_senders" => self.me.index() as u8,
                    _ => 0,
                };
                self.send(None, priority);
            } else {
                self.receive(None);
            }
        }
    }

    fn round(&mut self) {
        let others = || ProcessId::all(self.all.quotas.len()).filter(|&other| other != self.me);
        let first = self.me.index() == 0;
        match self.all.situation.name {
            "talk" => {
                let other = others().next();
                self.send(other, 0);
                self.receive(None);
            }
            "direct" if first => {
                for other in others().collect::<Vec<_>>() {
                    self.send(Some(other), 0);
                }
            }
            "direct" => _ = self.receive(None),
            "server" => self.asks_or_answers(),
            "choosy" | "choosy_rendezvous" if first => {
                for other in others().rev() {
                    self.receive(Some(other));
                }
            }
            "tries" if first => {
                self.try_receive();
                self.try_send();
                self.try_send();
            }
            "tries" => {
                self.arrived();
                self.try_receive();
            }
            "polite" | "polite_rendezvous" if first => {
                if !self.try_send() {
                    self.send(None, 0);
                }
            }
            "polite" | "polite_rendezvous" => {
                self.arrived();
                if self.try_receive().is_none() {
                    self.receive(None);
                }
            }
            _ => _ = self.send(None, 0),
        }
    }

    fn asks_or_answers(&mut self) {
        let clients = self.all.quotas.len() - 1;
        let server = ProcessId::new(clients);
        if self.me != server {
            self.send(Some(server), 0);
            self.receive(Some(server));
            return;
        }
        for _ in 0..clients {
            if let Some(question) = self.receive(None) {
                self.send(Some(question.from), 0);
            }
        }
    }

    /// One who closes and others who go on until they are told.
    fn until_the_end(&mut self, rounds: u32) {
        remainder();
        let processes = self.all.quotas.len() as u32;
        let first = self.me.index() == 0;
        match self.all.situation.name {
            "end" if first => {
                for _ in 0..rounds {
                    self.send(None, 0);
                }
                self.close();
            }
            "end" => self.drain(rounds),
            "last_orders" if first => {
                self.send(None, 0);
                self.close();
            }
            "last_orders" => self.drain(1),
            "closing_time" if first => {
                self.receive(None);
                self.close();
            }
            _ if first => {
                self.receive(None);
                self.close();
                self.drain((rounds + 1) * (processes - 1));
                self.arrived();
                self.try_receive();
                self.try_send();
            }
            name => {
                let messages = rounds + u32::from(name != "closing_time");
                let _ = (0..messages).try_for_each(|_| self.send(None, 0).then_some(()));
                if name != "closing_time" {
                    self.close();
                }
            }
        }
    }
}

impl<S: MessagePassing> Body for Correspondence<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, me: ProcessId) {
        let mut correspondent = Correspondent { all: self, me, made: 0 };
        let quota = self.quotas[me.index()];
        let rounds = match self.situation.name {
            "choosy" | "choosy_rendezvous" => quota.min(CHOOSY_ROUNDS_MAX),
            "talk" | "direct" | "server" | "tries" | "polite" | "polite_rendezvous" => quota,
            "end" | "hang_up" | "hang_up_rendezvous" | "last_orders" | "closing_time" => {
                return correspondent.until_the_end(quota);
            }
            _ => return correspondent.exchange(),
        };
        for _ in 0..rounds {
            remainder();
            correspondent.round();
        }
    }
}
