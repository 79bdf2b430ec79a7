//! The law of messages: each one that was sent is received once, whole, in the order of its sender; the end
//! comes last. A queue with priorities has another order: the best message that is there comes first.
//!
//! All that is known of a call is when it began and when it returned. A message may be received as soon as its
//! `send` was called, and must be received once it returned. What died in the middle of a `send` may
//! have sent it or not. So is the order of a queue judged: a call may return a message unless a better one had been
//! sent, all the way, before the call began. What is sent while it waits may come too late for it.

use std::ops::ControlFlow;

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};

use siphasher::sip::SipHasher13;

use super::safety::Breach;
use crate::event::{Collected, Damage, Event, EventKind, MessageId, Observer, Service};
use crate::process::{ProcessId, ProcessSet};

/// How an exchange of messages went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// What was received was never sent so.
    Damaged(Damage),
    /// A message was received twice.
    Twice(MessageId),
    /// Of one sender's messages, the second was received before the first.
    OutOfOrder {
        /// Sent first.
        first: MessageId,
        /// Received first.
        second: MessageId,
    },
    /// The first had been sent before the receiver asked, and is better than the second, which came first.
    Overtaken {
        /// The better one.
        first: MessageId,
        /// The one that was received.
        second: MessageId,
    },
    /// The receiver was told that there are no more, but this message had been sent.
    Lost(MessageId),
    /// The receiver was told that there are no more, but this process was still to send.
    EarlyEnd(ProcessId),
    /// A call failed for no reason that the contract knows.
    Failed {
        /// `prepare`, `open`, `begin`, `send`, `receive`, `end`.
        service: &'static str,
        /// The name of its `errno`.
        errno: &'static str,
    },
    /// A signal killed the process.
    Killed,
}

/// In which order messages are to be received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those of one sender as they were sent.
    Senders,
    /// The highest priority first; of one priority, as they were sent.
    Priorities(Priorities),
}

/// The priority of each message: they come round, and each sender begins one place further on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priorities(pub &'static [u8]);

impl Priorities {
    /// That of this message.
    pub fn of(self, id: MessageId) -> u32 {
        u32::from(self.0[(id.sender.index() + usize::from(id.number)) % self.0.len()])
    }
}

/// What is known of a message.
#[derive(Clone, Debug, Default, Hash)]
struct Message {
    sent: bool,
    received: bool,
    /// Whether it was there, sent all the way, when the receiver asked last.
    in_line: bool,
    /// Those that had been sent, all the way, when it was about to be.
    earlier: Vec<MessageId>,
}

/// Watches an exchange between senders and one receiver.
#[derive(Clone, Debug)]
pub struct Messages {
    receiver: ProcessId,
    senders: ProcessSet,
    order: Order,
    known: BTreeMap<MessageId, Message>,
    /// Who has called `end`, has done all it had to do, or is dead.
    gone: ProcessSet,
    breach: Option<(ProcessId, Mishap)>,
}

impl Messages {
    /// Nothing sent yet, of so many processes of which this one receives.
    pub fn new(receiver: ProcessId, senders: ProcessSet, order: Order) -> Self {
        let (known, gone) = (BTreeMap::new(), ProcessSet::EMPTY);
        Self { receiver, senders, order, known, gone, breach: None }
    }

    /// The first breach.
    pub fn breach(&self) -> Option<Breach> {
        self.breach.map(|(process, mishap)| Breach::Mishap { process, mishap })
    }

    fn message(&mut self, id: MessageId) -> &mut Message {
        self.known.entry(id).or_default()
    }

    /// Which message should have come before this one, which is received now.
    fn passed(&self, id: MessageId) -> Option<Mishap> {
        let second = id;
        match self.order {
            Order::Senders => {
                let later = self.known.iter().find(|(other, message)| {
                    message.received && other.sender == id.sender && other.number > id.number
                });
                later.map(|(&later, _)| Mishap::OutOfOrder { first: id, second: later })
            }
            Order::Priorities(priorities) => {
                let earlier = &self.known[&id].earlier;
                let is_better = |other: MessageId| match priorities.of(other) {
                    priority if priority == priorities.of(id) => earlier.contains(&other),
                    priority => priority > priorities.of(id),
                };
                let in_line = self.known.iter().filter(|(_, it)| it.in_line && !it.received);
                let mut better = in_line.map(|(&other, _)| other).filter(|&other| is_better(other));
                better.next().map(|first| Mishap::Overtaken { first, second })
            }
        }
    }

    /// A message is about to be sent.
    fn sends(&mut self, id: MessageId) {
        if matches!(self.order, Order::Priorities(_)) {
            let sent = self.known.iter().filter(|(_, it)| it.sent && !it.received);
            let earlier = sent.map(|(&other, _)| other).collect();
            self.message(id).earlier = earlier;
        }
    }

    /// The receiver asks.
    fn asks(&mut self) {
        for message in self.known.values_mut() {
            message.in_line = message.sent && !message.received;
        }
    }

    fn received(&mut self, received: Collected) -> Option<Mishap> {
        match received {
            Collected::Asked => None,
            Collected::Damaged(damage) => Some(Mishap::Damaged(damage)),
            Collected::Failed(errno) => Some(Mishap::Failed { service: "receive", errno }),
            Collected::Message(id) => {
                let message = self.message(id);
                if std::mem::replace(&mut message.received, true) {
                    return Some(Mishap::Twice(id));
                }
                self.passed(id)
            }
            Collected::End => {
                if let Some(sender) = self.senders.difference(self.gone).lowest() {
                    return Some(Mishap::EarlyEnd(sender));
                }
                let lost = self.known.iter().find(|(_, it)| it.sent && !it.received);
                lost.map(|(&lost, _)| Mishap::Lost(lost))
            }
        }
    }

    fn returned(&mut self, service: Service) -> Option<Mishap> {
        match service {
            Service::SendRecord(id, None) => {
                self.message(id).sent = true;
                None
            }
            // Nobody is there to receive it.
            Service::SendRecord(_, Some("EPIPE")) | Service::End(Some("EPIPE"))
                if self.gone.contains(self.receiver) =>
            {
                None
            }
            Service::SendRecord(_, Some(errno))
            | Service::Prepare(Some(errno))
            | Service::Open(Some(errno))
            | Service::Begin(Some(errno))
            | Service::End(Some(errno)) => Some(Mishap::Failed { service: service.name(), errno }),
            Service::ReceiveRecord(received) => self.received(received),
            _ => None,
        }
    }
}

impl Observer for Messages {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let mishap = match event.kind {
            EventKind::Called(Service::End(_)) | EventKind::Finished => {
                self.gone.insert(event.process);
                None
            }
            EventKind::Died { by_fault } => {
                self.gone.insert(event.process);
                (!by_fault).then_some(Mishap::Killed)
            }
            EventKind::Called(Service::SendRecord(id, _)) => {
                self.sends(id);
                None
            }
            EventKind::Called(Service::ReceiveRecord(_)) => {
                self.asks();
                None
            }
            EventKind::Returned(service) => self.returned(service),
            _ => None,
        };
        match mishap {
            None => ControlFlow::Continue(()),
            Some(mishap) => {
                self.breach = Some((event.process, mishap));
                ControlFlow::Break(())
            }
        }
    }

    /// What is in line depends on who was faster, the rest on what each process knows.
    fn digest(&self) -> u64 {
        if self.order == Order::Senders {
            return 0;
        }
        let mut hasher = SipHasher13::new();
        self.known.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Instead;

    fn process(index: usize) -> ProcessId {
        ProcessId::new(index)
    }

    fn id(sender: usize, number: u16) -> MessageId {
        MessageId { sender: process(sender), number }
    }

    fn sent(sender: usize, number: u16) -> (usize, EventKind) {
        (sender, EventKind::Returned(Service::SendRecord(id(sender, number), None)))
    }

    fn got(received: Collected) -> (usize, EventKind) {
        (0, EventKind::Returned(Service::ReceiveRecord(received)))
    }

    fn message(sender: usize, number: u16) -> (usize, EventKind) {
        got(Collected::Message(id(sender, number)))
    }

    fn ends(sender: usize) -> (usize, EventKind) {
        (sender, EventKind::Called(Service::End(None)))
    }

    /// P0 receives, P1 and P2 send.
    fn watch(story: &[(usize, EventKind)]) -> Option<Mishap> {
        watch_with(Order::Senders, story)
    }

    fn watch_with(order: Order, story: &[(usize, EventKind)]) -> Option<Mishap> {
        let mut senders = ProcessSet::first(3);
        senders.remove(process(0));
        let mut oracle = Messages::new(process(0), senders, order);
        for &(who, kind) in story {
            if oracle.observe(&Event { step: 0, process: process(who), kind }).is_break() {
                break;
            }
        }
        oracle.breach.map(|(_, mishap)| mishap)
    }

    #[test]
    fn whatever_comes_whole_and_once_is_right() {
        let story = [
            sent(1, 0),
            message(1, 0),
            message(2, 0), // received before its `send` returned
            sent(2, 0),
            sent(1, 1),
            ends(2),
            ends(1),
            message(1, 1),
            got(Collected::End),
        ];
        assert_eq!(watch(&story), None);
    }

    #[test]
    fn what_comes_twice_or_in_another_order_or_not_at_all_is_wrong() {
        assert_eq!(watch(&[message(1, 0), message(1, 0)]), Some(Mishap::Twice(id(1, 0))));
        let mixed = Mishap::OutOfOrder { first: id(1, 0), second: id(1, 1) };
        assert_eq!(watch(&[message(1, 1), message(2, 0), message(1, 0)]), Some(mixed));
        let lost = [sent(1, 0), ends(1), ends(2), got(Collected::End)];
        assert_eq!(watch(&lost), Some(Mishap::Lost(id(1, 0))));
        let damage =
            Damage { message: None, length: 3, whole: 0, between: 0, instead: Instead::Unknown };
        assert_eq!(watch(&[got(Collected::Damaged(damage))]), Some(Mishap::Damaged(damage)));
    }

    #[test]
    fn the_best_that_was_there_when_the_receiver_asked_comes_first() {
        let sends = |sender, number| {
            (sender, EventKind::Called(Service::SendRecord(id(sender, number), None)))
        };
        let asks = (0, EventKind::Called(Service::ReceiveRecord(Collected::Asked)));
        // B0 and A-something have 5, B1 and C0 have 9, C1 has 5.
        let queue = Order::Priorities(Priorities(&[9, 5]));
        let watch = |story: &[(usize, EventKind)]| watch_with(queue, story);
        let (low, high) = ([sends(1, 0), sent(1, 0)], [sends(1, 1), sent(1, 1)]);
        let both = [low, high].concat();
        let rest = |story: &[(usize, EventKind)]| [&both, story].concat();
        assert_eq!(watch(&rest(&[asks, message(1, 1), asks, message(1, 0)])), None);
        let overtaken = Mishap::Overtaken { first: id(1, 1), second: id(1, 0) };
        assert_eq!(watch(&rest(&[asks, message(1, 0)])), Some(overtaken));
        // It asked before the better one was sent.
        let late = [&low[..], &[asks], &high, &[message(1, 0), asks, message(1, 1)]].concat();
        assert_eq!(watch(&late), None);
        // Not sent all the way.
        let begun = [&low[..], &[sends(1, 1), asks, message(1, 0)]].concat();
        assert_eq!(watch(&begun), None);
        // Of one priority, the one that was sent first; if neither was, any.
        let first = [sends(1, 1), sent(1, 1), sends(2, 0), sent(2, 0), asks];
        let wrong = [&first[..], &[message(2, 0)]].concat();
        let overtaken = Mishap::Overtaken { first: id(1, 1), second: id(2, 0) };
        assert_eq!(watch(&wrong), Some(overtaken));
        assert_eq!(watch(&[&first[..], &[message(1, 1), asks, message(2, 0)]].concat()), None);
        let together = [sends(1, 1), sends(2, 0), sent(1, 1), sent(2, 0), asks, message(2, 0)];
        assert_eq!(watch(&together), None);
    }

    #[test]
    fn the_end_comes_after_all_senders() {
        assert_eq!(watch(&[ends(1), got(Collected::End)]), Some(Mishap::EarlyEnd(process(2))));
        let dies = (2, EventKind::Died { by_fault: true });
        assert_eq!(watch(&[ends(1), dies, got(Collected::End)]), None);
    }

    #[test]
    fn a_send_fails_only_if_nobody_receives_any_more() {
        let fails = (1, EventKind::Returned(Service::SendRecord(id(1, 0), Some("EPIPE"))));
        let failed = Mishap::Failed { service: "send", errno: "EPIPE" };
        assert_eq!(watch(&[fails]), Some(failed));
        assert_eq!(watch(&[ends(0), fails]), None);
        let at_last = (1, EventKind::Returned(Service::End(Some("EPIPE"))));
        assert_eq!(watch(&[ends(0), at_last]), None);
        assert_eq!(watch(&[at_last]), Some(Mishap::Failed { service: "end", errno: "EPIPE" }));
        let other = (1, EventKind::Returned(Service::SendRecord(id(1, 0), Some("EBADF"))));
        let failed = Mishap::Failed { service: "send", errno: "EBADF" };
        assert_eq!(watch(&[ends(0), other]), Some(failed));
    }

    #[test]
    fn to_be_killed_is_wrong_unless_it_was_to_happen() {
        assert_eq!(watch(&[(1, EventKind::Died { by_fault: false })]), Some(Mishap::Killed));
        assert_eq!(watch(&[(1, EventKind::Died { by_fault: true })]), None);
    }
}
