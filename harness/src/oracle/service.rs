//! The law of a service: each request is handed to the server once, whole, in the order of its client; each answer
//! is received once, whole, by the client whose request it answers; the end comes last.
//!
//! All that is known of a call is when it began and when it returned. What died in the middle of a `send` may have
//! sent it or not; to a client that died nothing is owed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Collected, Damage, Event, EventKind, MessageId, Observer, Service};
use crate::process::{ProcessId, ProcessSet};

/// How a service went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disservice {
    /// What was handed to `answer` was never sent so.
    DamagedRequest(Damage),
    /// What a client received was never answered so.
    DamagedAnswer(Damage),
    /// A request was handed to `answer` twice, or an answer received twice.
    Twice(MessageId),
    /// Of one client's requests, or answers, the second came before the first.
    OutOfOrder {
        /// Sent first.
        first: MessageId,
        /// Handed over first.
        second: MessageId,
    },
    /// A client received what is for another one, or a request.
    Misdelivered(MessageId),
    /// A client was told that there are no more answers, but the server has given this one.
    Lost(MessageId),
    /// A client was told that there are no more answers, but this request of it was never handed to `answer`.
    Unanswered(MessageId),
    /// `serve` returned, but this request was never handed to `answer`.
    NotServed(MessageId),
    /// `serve` returned, but this client had not finished.
    NotFinished(ProcessId),
    /// A call failed.
    Failed {
        /// `listen`, `serve`, `connect`, `send`, `finish`, `receive`, `end`.
        service: &'static str,
        /// The name of its `errno`.
        errno: &'static str,
    },
    /// A signal killed the process.
    Killed,
}

/// What is known of a request and of the answer to it.
#[derive(Clone, Copy, Debug, Default)]
struct Request {
    sent: bool,
    handed: bool,
    answered: bool,
}

/// Watches a service.
#[derive(Clone, Debug)]
pub struct Requests {
    clients: ProcessSet,
    known: BTreeMap<MessageId, Request>,
    finished: ProcessSet,
    dead: ProcessSet,
    breach: Option<(ProcessId, Disservice)>,
}

impl Requests {
    /// Nothing sent yet, by any of these clients.
    pub const fn new(clients: ProcessSet) -> Self {
        let (finished, dead) = (ProcessSet::EMPTY, ProcessSet::EMPTY);
        Self { clients, known: BTreeMap::new(), finished, dead, breach: None }
    }

    /// The first breach.
    pub fn breach(&self) -> Option<Breach> {
        self.breach.map(|(process, disservice)| Breach::Disservice { process, disservice })
    }

    fn request(&mut self, id: MessageId) -> &mut Request {
        self.known.entry(id.request()).or_default()
    }

    /// Those of the same client that came after this one, as far as they are known.
    fn later(&self, id: MessageId) -> impl Iterator<Item = (MessageId, Request)> {
        let of_it = self.known.iter().filter(move |(other, _)| other.sender == id.sender);
        of_it.filter(move |(other, _)| **other > id.request()).map(|(other, it)| (*other, *it))
    }

    /// A request is handed to `answer`.
    fn handed(&mut self, handed: Collected) -> Option<Disservice> {
        let id = match handed {
            Collected::Message(id) => id,
            Collected::Damaged(damage) => return Some(Disservice::DamagedRequest(damage)),
            Collected::Asked | Collected::End | Collected::Failed(_) => return None,
        };
        if std::mem::replace(&mut self.request(id).handed, true) {
            return Some(Disservice::Twice(id));
        }
        let later = self.later(id).find(|(_, it)| it.handed);
        later.map(|(second, _)| Disservice::OutOfOrder { first: id, second })
    }

    /// A client was given something.
    fn received(&mut self, client: ProcessId, received: Collected) -> Option<Disservice> {
        match received {
            Collected::Asked => None,
            Collected::Damaged(damage) => Some(Disservice::DamagedAnswer(damage)),
            Collected::Failed(errno) => Some(Disservice::Failed { service: "receive", errno }),
            Collected::Message(id) if id.sender != client || !id.is_answer() => {
                Some(Disservice::Misdelivered(id))
            }
            Collected::Message(id) => {
                if std::mem::replace(&mut self.request(id).answered, true) {
                    return Some(Disservice::Twice(id));
                }
                let later = self.later(id).find(|(_, it)| it.answered);
                let out_of_order = |(second, _): (MessageId, Request)| Disservice::OutOfOrder {
                    first: id,
                    second: second.answer(),
                };
                later.map(out_of_order)
            }
            Collected::End => {
                let own = self.known.iter().filter(|(id, _)| id.sender == client);
                let mut missing = own.filter(|(_, it)| it.sent && !it.answered);
                let (id, it) = missing.next()?;
                Some(if it.handed {
                    Disservice::Lost(id.answer())
                } else {
                    Disservice::Unanswered(*id)
                })
            }
        }
    }

    /// `serve` returned.
    fn served(&self) -> Option<Disservice> {
        let alive = self.clients.difference(self.dead);
        let sent = self.known.iter().filter(|(id, it)| alive.contains(id.sender) && it.sent);
        let mut missing = sent.filter(|(_, it)| !it.handed);
        if let Some((id, _)) = missing.next() {
            return Some(Disservice::NotServed(*id));
        }
        alive.difference(self.finished).lowest().map(Disservice::NotFinished)
    }

    fn returned(&mut self, process: ProcessId, service: Service) -> Option<Disservice> {
        match service {
            Service::SendRecord(id, None) => {
                self.request(id).sent = true;
                None
            }
            Service::Serve(None) => self.served(),
            Service::ReceiveRecord(received) => self.received(process, received),
            Service::Listen(Some(errno))
            | Service::Serve(Some(errno))
            | Service::Connect(Some(errno))
            | Service::SendRecord(_, Some(errno))
            | Service::Finish(Some(errno))
            | Service::End(Some(errno)) => {
                Some(Disservice::Failed { service: service.name(), errno })
            }
            _ => None,
        }
    }
}

impl Observer for Requests {
    /// What it remembers depends on what each process has done, and not on who was faster.
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let disservice = match event.kind {
            EventKind::Called(Service::Finish(_)) => {
                self.finished.insert(event.process);
                None
            }
            EventKind::Called(Service::Answer(handed)) => self.handed(handed),
            EventKind::Died { by_fault } => {
                self.dead.insert(event.process);
                (!by_fault).then_some(Disservice::Killed)
            }
            EventKind::Returned(service) => self.returned(event.process, service),
            _ => None,
        };
        match disservice {
            None => ControlFlow::Continue(()),
            Some(disservice) => {
                self.breach = Some((event.process, disservice));
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

    fn id(client: usize, number: u16) -> MessageId {
        MessageId { sender: process(client), number }
    }

    fn sent(client: usize, number: u16) -> (usize, EventKind) {
        (client, EventKind::Returned(Service::SendRecord(id(client, number), None)))
    }

    /// P0 hands this request to `answer`.
    fn handed(client: usize, number: u16) -> (usize, EventKind) {
        (0, EventKind::Called(Service::Answer(Collected::Message(id(client, number)))))
    }

    fn got(client: usize, received: Collected) -> (usize, EventKind) {
        (client, EventKind::Returned(Service::ReceiveRecord(received)))
    }

    /// A client receives the answer to its own request.
    fn answered(client: usize, number: u16) -> (usize, EventKind) {
        got(client, Collected::Message(id(client, number).answer()))
    }

    fn finishes(client: usize) -> (usize, EventKind) {
        (client, EventKind::Called(Service::Finish(None)))
    }

    const SERVED: (usize, EventKind) = (0, EventKind::Returned(Service::Serve(None)));

    /// P0 serves P1 and P2.
    fn watch(story: &[(usize, EventKind)]) -> Option<Disservice> {
        let mut oracle = Requests::new([process(1), process(2)].into_iter().collect());
        for &(who, kind) in story {
            if oracle.observe(&Event { step: 0, process: process(who), kind }).is_break() {
                break;
            }
        }
        oracle.breach.map(|(_, disservice)| disservice)
    }

    #[test]
    fn who_asks_is_answered() {
        let story = [
            handed(1, 0), // before its `send` returned
            sent(1, 0),
            sent(2, 0),
            sent(1, 1),
            handed(2, 0),
            handed(1, 1),
            finishes(1),
            finishes(2),
            SERVED,
            answered(2, 0),
            got(2, Collected::End),
            answered(1, 0),
            answered(1, 1),
            got(1, Collected::End),
        ];
        assert_eq!(watch(&story), None);
    }

    #[test]
    fn a_request_is_handed_over_once_and_in_order() {
        assert_eq!(watch(&[handed(1, 0), handed(1, 0)]), Some(Disservice::Twice(id(1, 0))));
        let mixed = Disservice::OutOfOrder { first: id(1, 0), second: id(1, 1) };
        assert_eq!(watch(&[handed(1, 1), handed(2, 0), handed(1, 0)]), Some(mixed));
        let damage =
            Damage { message: None, length: 3, whole: 0, between: 0, instead: Instead::Unknown };
        let torn = (0, EventKind::Called(Service::Answer(Collected::Damaged(damage))));
        assert_eq!(watch(&[torn]), Some(Disservice::DamagedRequest(damage)));
    }

    #[test]
    fn an_answer_is_received_once_in_order_and_by_its_client() {
        let both = [handed(1, 0), handed(1, 1)];
        let watch = |story: &[(usize, EventKind)]| watch(&[&both, story].concat());
        let answer = |number| id(1, number).answer();
        assert_eq!(watch(&[answered(1, 0), answered(1, 0)]), Some(Disservice::Twice(answer(0))));
        let mixed = Disservice::OutOfOrder { first: answer(0), second: answer(1) };
        assert_eq!(watch(&[answered(1, 1), answered(1, 0)]), Some(mixed));
        let foreign = got(2, Collected::Message(answer(0)));
        assert_eq!(watch(&[foreign]), Some(Disservice::Misdelivered(answer(0))));
        let echo = got(1, Collected::Message(id(1, 0)));
        assert_eq!(watch(&[echo]), Some(Disservice::Misdelivered(id(1, 0))));
    }

    #[test]
    fn the_end_comes_after_all_answers() {
        let end = got(1, Collected::End);
        assert_eq!(watch(&[sent(1, 0), end]), Some(Disservice::Unanswered(id(1, 0))));
        let lost = Disservice::Lost(id(1, 0).answer());
        assert_eq!(watch(&[sent(1, 0), handed(1, 0), end]), Some(lost));
        assert_eq!(watch(&[end]), None);
    }

    #[test]
    fn a_server_serves_until_all_living_clients_have_finished() {
        let one = [sent(1, 0), finishes(1)];
        let watch = |story: &[(usize, EventKind)]| watch(&[&one, story].concat());
        assert_eq!(watch(&[SERVED]), Some(Disservice::NotServed(id(1, 0))));
        assert_eq!(watch(&[handed(1, 0), SERVED]), Some(Disservice::NotFinished(process(2))));
        let dies = (2, EventKind::Died { by_fault: true });
        assert_eq!(watch(&[sent(2, 0), dies, handed(1, 0), SERVED]), None);
    }

    #[test]
    fn nothing_fails_and_nobody_is_killed() {
        let fails = (1, EventKind::Returned(Service::Connect(Some("ECONNREFUSED"))));
        let failed = Disservice::Failed { service: "connect", errno: "ECONNREFUSED" };
        assert_eq!(watch(&[fails]), Some(failed));
        let killed = (0, EventKind::Died { by_fault: false });
        assert_eq!(watch(&[killed]), Some(Disservice::Killed));
    }
}
