//! The law of messages: each one that was sent is received once, whole, in the order of its sender; the end
//! comes last.
//!
//! All that is known of a call is when it began and when it returned. A message may be received as soon as its
//! `send` was called, and must be received once it returned. What died in the middle of a `send` may
//! have sent it or not.

use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Damage, Event, EventKind, MessageId, Observer, Received, Service};
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
    /// The receiver was told that there are no more, but this message had been sent.
    Lost(MessageId),
    /// The receiver was told that there are no more, but this process was still to send.
    EarlyEnd(ProcessId),
    /// A call failed for no reason that the contract knows.
    Failed {
        /// `open`, `begin`, `send`, `receive`, `end`.
        service: &'static str,
        /// The name of its `errno`.
        errno: &'static str,
    },
    /// A signal killed the process.
    Killed,
}

/// What is known of a message.
#[derive(Clone, Copy, Debug)]
struct Message {
    id: MessageId,
    sent: bool,
    received: bool,
}

/// Watches an exchange between senders and one receiver.
#[derive(Clone, Debug)]
pub struct Messages {
    receiver: ProcessId,
    senders: ProcessSet,
    known: Vec<Message>,
    /// Who has called `end`, has done all it had to do, or is dead.
    gone: ProcessSet,
    breach: Option<(ProcessId, Mishap)>,
}

impl Messages {
    /// Nothing sent yet, of so many processes of which this one receives.
    pub fn new(receiver: ProcessId, senders: ProcessSet) -> Self {
        let (known, gone) = (Vec::new(), ProcessSet::EMPTY);
        Self { receiver, senders, known, gone, breach: None }
    }

    /// The first breach.
    pub fn breach(&self) -> Option<Breach> {
        self.breach.map(|(process, mishap)| Breach::Mishap { process, mishap })
    }

    fn message(&mut self, id: MessageId) -> &mut Message {
        let known = self.known.iter().position(|message| message.id == id);
        let place = known.unwrap_or_else(|| {
            self.known.push(Message { id, sent: false, received: false });
            self.known.len() - 1
        });
        &mut self.known[place]
    }

    fn received(&mut self, received: Received) -> Option<Mishap> {
        match received {
            Received::Asked => None,
            Received::Damaged(damage) => Some(Mishap::Damaged(damage)),
            Received::Failed(errno) => Some(Mishap::Failed { service: "receive", errno }),
            Received::Message(id) => {
                let message = self.message(id);
                if std::mem::replace(&mut message.received, true) {
                    return Some(Mishap::Twice(id));
                }
                let later = self.known.iter().find(|other| {
                    other.received && other.id.sender == id.sender && other.id.number > id.number
                });
                later.map(|later| Mishap::OutOfOrder { first: id, second: later.id })
            }
            Received::End => {
                if let Some(sender) = self.senders.difference(self.gone).lowest() {
                    return Some(Mishap::EarlyEnd(sender));
                }
                let lost = self.known.iter().find(|message| message.sent && !message.received);
                lost.map(|lost| Mishap::Lost(lost.id))
            }
        }
    }

    fn returned(&mut self, service: Service) -> Option<Mishap> {
        match service {
            Service::Send(id, None) => {
                self.message(id).sent = true;
                None
            }
            // Nobody is there to receive it.
            Service::Send(_, Some("EPIPE")) if self.gone.contains(self.receiver) => None,
            Service::Send(_, Some(errno))
            | Service::Open(Some(errno))
            | Service::Begin(Some(errno))
            | Service::End(Some(errno)) => Some(Mishap::Failed { service: service.name(), errno }),
            Service::Receive(received) => self.received(received),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Instead;

    fn process(index: usize) -> ProcessId {
        ProcessId::new(index)
    }

    fn id(sender: usize, number: u8) -> MessageId {
        MessageId { sender: process(sender), number }
    }

    fn sent(sender: usize, number: u8) -> (usize, EventKind) {
        (sender, EventKind::Returned(Service::Send(id(sender, number), None)))
    }

    fn got(received: Received) -> (usize, EventKind) {
        (0, EventKind::Returned(Service::Receive(received)))
    }

    fn message(sender: usize, number: u8) -> (usize, EventKind) {
        got(Received::Message(id(sender, number)))
    }

    fn ends(sender: usize) -> (usize, EventKind) {
        (sender, EventKind::Called(Service::End(None)))
    }

    /// P0 receives, P1 and P2 send.
    fn watch(story: &[(usize, EventKind)]) -> Option<Mishap> {
        let mut senders = ProcessSet::first(3);
        senders.remove(process(0));
        let mut oracle = Messages::new(process(0), senders);
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
            got(Received::End),
        ];
        assert_eq!(watch(&story), None);
    }

    #[test]
    fn what_comes_twice_or_in_another_order_or_not_at_all_is_wrong() {
        assert_eq!(watch(&[message(1, 0), message(1, 0)]), Some(Mishap::Twice(id(1, 0))));
        let mixed = Mishap::OutOfOrder { first: id(1, 0), second: id(1, 1) };
        assert_eq!(watch(&[message(1, 1), message(2, 0), message(1, 0)]), Some(mixed));
        let lost = [sent(1, 0), ends(1), ends(2), got(Received::End)];
        assert_eq!(watch(&lost), Some(Mishap::Lost(id(1, 0))));
        let damage = Damage { message: None, length: 3, whole: 0, instead: Instead::Unknown };
        assert_eq!(watch(&[got(Received::Damaged(damage))]), Some(Mishap::Damaged(damage)));
    }

    #[test]
    fn the_end_comes_after_all_senders() {
        assert_eq!(watch(&[ends(1), got(Received::End)]), Some(Mishap::EarlyEnd(process(2))));
        let dies = (2, EventKind::Died { by_fault: true });
        assert_eq!(watch(&[ends(1), dies, got(Received::End)]), None);
    }

    #[test]
    fn a_send_fails_only_if_nobody_receives_any_more() {
        let fails = (1, EventKind::Returned(Service::Send(id(1, 0), Some("EPIPE"))));
        let failed = Mishap::Failed { service: "send", errno: "EPIPE" };
        assert_eq!(watch(&[fails]), Some(failed));
        assert_eq!(watch(&[ends(0), fails]), None);
        let other = (1, EventKind::Returned(Service::Send(id(1, 0), Some("EBADF"))));
        let failed = Mishap::Failed { service: "send", errno: "EBADF" };
        assert_eq!(watch(&[ends(0), other]), Some(failed));
    }

    #[test]
    fn to_be_killed_is_wrong_unless_it_was_to_happen() {
        assert_eq!(watch(&[(1, EventKind::Died { by_fault: false })]), Some(Mishap::Killed));
        assert_eq!(watch(&[(1, EventKind::Died { by_fault: true })]), None);
    }
}
