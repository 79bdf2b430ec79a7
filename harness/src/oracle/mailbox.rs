//! The law of mailboxes: each message once, whole, to whom it is for, in the announced order, and no more
//! than there is room for; and what is said without waiting is true.
//!
//! All that is known of a call is when it began and when it returned; where in between it took effect is
//! the solution's affair. So everything is judged by intervals. A message is *surely inside* if its sending
//! has returned and nobody who has called since can have it: those who are receiving may each have one. A
//! message *may be inside* from the call that sends it until the return of the one that receives it.
//! With these readings no linearizable mailbox is ever convicted. Source: Henzinger, Sezgin, Vafeiadis,
//! "Aspect-oriented linearizability proofs", CONCUR 2013, there for queues.

use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Event, EventKind, Observer, Received, Sent, Service};
use crate::message::{Discipline, Message};
use crate::process::{PROCESSES_MAX, ProcessId};

/// What is known of one message. Moments are numbers of events.
#[derive(Clone, Copy, Debug)]
struct Letter {
    message: Message,
    called: u32,
    /// When its sending returned, if that was done.
    sent: Option<u32>,
    /// When its sending returned, if it failed.
    refused: Option<u32>,
    /// The call that received it, and when it returned.
    taken: Option<(Request, u32)>,
}

impl Letter {
    /// Whether its sending was over when that of the other began.
    fn was_sent_before(&self, other: &Self) -> bool {
        self.sent.is_some_and(|sent| sent < other.called)
    }

    /// Whether it should come out before the other, where both are inside.
    fn goes_before(&self, other: &Self, discipline: Discipline) -> bool {
        let (mine, its) = (self.message.priority, other.message.priority);
        match discipline {
            Discipline::Fifo => self.was_sent_before(other),
            Discipline::Priority => mine > its || mine == its && self.was_sent_before(other),
        }
    }

    /// Whether it had been received before that moment, or would never be.
    fn was_over(&self, moment: u32) -> bool {
        self.refused.is_some_and(|refused| refused < moment)
            || self.taken.is_some_and(|(_, taken)| taken < moment)
    }
}

/// A call that asks for a message, or whether there is one.
#[derive(Clone, Copy, Debug)]
struct Request {
    called: u32,
    me: ProcessId,
    from: Option<ProcessId>,
    /// Whether it may take a message.
    takes: bool,
}

impl Request {
    fn fits(self, message: Message) -> bool {
        message.to.is_none_or(|to| to == self.me)
            && self.from.is_none_or(|from| from == message.from)
    }
}

/// How the law was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A message was received that nobody had sent.
    NeverSent {
        /// Who received it.
        process: ProcessId,
        /// What it received.
        message: Message,
    },
    /// A message was received that is not as it was sent.
    Mixed {
        /// Who received it.
        process: ProcessId,
        /// What it received.
        message: Message,
        /// What was sent.
        sent: Message,
    },
    /// A message was received twice.
    Twice {
        /// Who received it again.
        process: ProcessId,
        /// The message.
        message: Message,
    },
    /// A message was received, and its sender was told that it was not sent.
    Refused {
        /// The message.
        message: Message,
        /// What its sender was told.
        told: &'static str,
    },
    /// A message was received by somebody for whom it is not, or who had asked for those of another one.
    Misdelivered {
        /// Who received it.
        process: ProcessId,
        /// From whom it wanted one.
        from: Option<ProcessId>,
        /// The message.
        message: Message,
    },
    /// More messages are inside than there is room for.
    TooMany {
        /// The one that was sent last.
        message: Message,
        /// For how many there is room.
        capacity: u32,
    },
    /// A message was received although a better one was there.
    OutOfOrder {
        /// The better one.
        first: Message,
        /// The one that was received.
        second: Message,
    },
    /// `Full`, and there was room all the while.
    NotFull {
        /// Who was told so.
        process: ProcessId,
        /// How many messages were inside at most.
        most: usize,
        /// For how many there is room.
        capacity: u32,
    },
    /// `Empty`, `Closed` or `false`, and there was a message all the while.
    NotEmpty {
        /// Who was told so.
        process: ProcessId,
        /// What it was told.
        told: &'static str,
        /// The message.
        message: Message,
    },
    /// `arrived` says `true`, and there was none.
    NotArrived {
        /// Who was told so.
        process: ProcessId,
    },
    /// `Closed`, and nobody had called `close`.
    NotClosed {
        /// Who was told so.
        process: ProcessId,
    },
    /// Something else than `Closed`, and `close` had returned before the call.
    StillOpen {
        /// Whom.
        process: ProcessId,
        /// What the process was told.
        told: &'static str,
    },
}

/// Watches a mailbox. The messages that are sent must differ in their bodies.
#[derive(Clone, Debug)]
pub struct Mailbox {
    capacity: u32,
    discipline: Discipline,
    moment: u32,
    letters: Vec<Letter>,
    /// For each process that is sending: which letter.
    sending: [Option<usize>; PROCESSES_MAX],
    /// For each process in `try_send`: the most others that may have been inside at one moment since it
    /// was called.
    attempts: [Option<usize>; PROCESSES_MAX],
    /// For each process in `receive`, `try_receive` or `arrived`.
    requests: [Option<Request>; PROCESSES_MAX],
    /// When `close` was first called, and when it first returned.
    close_called: Option<u32>,
    close_returned: Option<u32>,
    breach: Option<Breach>,
}

impl Mailbox {
    /// An empty mailbox.
    pub const fn new(capacity: u32, discipline: Discipline) -> Self {
        Self {
            capacity,
            discipline,
            moment: 0,
            letters: Vec::new(),
            sending: [None; PROCESSES_MAX],
            attempts: [None; PROCESSES_MAX],
            requests: [None; PROCESSES_MAX],
            close_called: None,
            close_returned: None,
            breach: None,
        }
    }

    /// The first breach.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }

    /// The messages that are surely inside and that fit a call of somebody who waits for one. At the end of
    /// an execution in which all sleep they are lost, or nobody was told of them.
    pub fn left_behind(&self) -> Vec<Message> {
        let waits = |letter: &Letter| self.takers().any(|taker| taker.fits(letter.message));
        let inside = |letter: &&Letter| letter.sent.is_some() && letter.taken.is_none();
        self.letters.iter().filter(inside).filter(|it| waits(it)).map(|it| it.message).collect()
    }

    /// Whether somebody has closed it, or is about to.
    pub const fn is_closed(&self) -> bool {
        self.close_called.is_some()
    }

    /// Those who are receiving.
    fn takers(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().flatten().filter(|request| request.takes)
    }

    /// Whether `close` had returned before that moment.
    fn was_closed(&self, moment: u32) -> bool {
        self.close_returned.is_some_and(|returned| returned < moment)
    }

    /// Of `letters`, which nobody has received yet, one that is surely inside: each of those who are
    /// receiving now may have one that fits its call.
    fn surely<'a>(
        &self,
        letters: &(impl Iterator<Item = &'a Letter> + Clone),
        beyond: usize,
    ) -> Option<&'a Letter> {
        let fits = |taker: &&Request| letters.clone().any(|letter| taker.fits(letter.message));
        let hands = self.takers().filter(fits).count();
        letters.clone().nth(hands + beyond)
    }

    /// More than there is room for?
    fn crowded(&self) -> Option<Fault> {
        let inside =
            self.letters.iter().filter(|letter| letter.sent.is_some() && letter.taken.is_none());
        self.surely(&inside, self.capacity as usize)?;
        let last = inside.max_by_key(|letter| letter.sent)?;
        Some(Fault::TooMany { message: last.message, capacity: self.capacity })
    }

    fn sends(&mut self, process: ProcessId, message: Message, waits: bool) {
        let letter = self.letters.len();
        let called = self.moment;
        self.letters.push(Letter { message, called, sent: None, refused: None, taken: None });
        self.sending[process.index()] = Some(letter);
        self.attempts[process.index()] = (!waits).then_some(0);
        self.count();
    }

    /// Who tries to send may find as many inside as there may be now.
    fn count(&mut self) {
        let may_be = self.letters.iter().filter(|letter| !letter.was_over(self.moment)).count();
        for attempt in self.attempts.iter_mut().flatten() {
            // Its own message is one of them.
            *attempt = (*attempt).max(may_be.saturating_sub(1));
        }
    }

    fn sent(&mut self, process: ProcessId, sent: Sent) -> Option<Fault> {
        let letter = self.sending[process.index()].take()?;
        let most = self.attempts[process.index()].take();
        let moment = self.moment;
        let Letter { message, called, taken, .. } = self.letters[letter];
        let closed = self.was_closed(called);
        let told = match sent {
            Sent::Pending => return None,
            Sent::Done => {
                self.letters[letter].sent = Some(moment);
                let told = "that the message is sent";
                return if closed {
                    Some(Fault::StillOpen { process, told })
                } else {
                    self.crowded()
                };
            }
            Sent::Full => "Full",
            Sent::Closed => "Closed",
        };
        self.letters[letter].refused = Some(moment);
        if taken.is_some() {
            return Some(Fault::Refused { message, told });
        }
        match (sent, most) {
            (Sent::Full, _) if closed => Some(Fault::StillOpen { process, told }),
            (Sent::Full, Some(most)) if most < self.capacity as usize => {
                Some(Fault::NotFull { process, most, capacity: self.capacity })
            }
            (Sent::Closed, _) if self.close_called.is_none() => Some(Fault::NotClosed { process }),
            _ => None,
        }
    }

    fn requests(&mut self, me: ProcessId, from: Option<ProcessId>, takes: bool) {
        self.requests[me.index()] = Some(Request { called: self.moment, me, from, takes });
    }

    fn received(&mut self, process: ProcessId, received: Received) -> Option<Fault> {
        let request = self.requests[process.index()].take()?;
        match received {
            Received::Pending => None,
            Received::Message(message) => self.took(request, message),
            Received::Empty => {
                let told = "Empty";
                let closed = self.was_closed(request.called);
                self.there(request, request.called)
                    .map(|message| Fault::NotEmpty { process, told, message })
                    .or_else(|| closed.then_some(Fault::StillOpen { process, told }))
                    .or_else(|| self.crowded())
            }
            Received::Closed => {
                let Some(closed) = self.close_called else {
                    return Some(Fault::NotClosed { process });
                };
                // At one moment it was closed and empty: after the later of the two calls.
                self.there(request, request.called.max(closed))
                    .map(|message| Fault::NotEmpty { process, told: "Closed", message })
                    .or_else(|| self.crowded())
            }
        }
    }

    /// A message that fits and is surely inside since that moment.
    fn there(&self, request: Request, since: u32) -> Option<Message> {
        let letters = self.letters.iter().filter(|letter| {
            letter.sent.is_some_and(|sent| sent < since)
                && letter.taken.is_none()
                && request.fits(letter.message)
        });
        self.surely(&letters, 0).map(|letter| letter.message)
    }

    fn took(&mut self, request: Request, message: Message) -> Option<Fault> {
        let Request { me: process, from, .. } = request;
        let place = self.letters.iter().position(|letter| letter.message.body == message.body);
        let Some(place) = place else { return Some(Fault::NeverSent { process, message }) };
        let letter = &mut self.letters[place];
        if letter.message != message {
            return Some(Fault::Mixed { process, message, sent: letter.message });
        }
        if letter.taken.is_some() {
            return Some(Fault::Twice { process, message });
        }
        if letter.refused.is_some() {
            return Some(Fault::Refused { message, told: "that it is not" });
        }
        letter.taken = Some((request, self.moment));
        let this = *letter;
        if !request.fits(message) {
            return Some(Fault::Misdelivered { process, from, message });
        }
        self.order(request, &this).or_else(|| self.crowded())
    }

    /// Whether a call that received `this` should have received another message, or an earlier call
    /// should have received this one.
    fn order(&self, request: Request, this: &Letter) -> Option<Fault> {
        // Surely inside before the one with the other message can have taken effect.
        let there = |letter: &Letter, called: u32, other: &Letter| {
            letter.sent.is_some_and(|sent| sent < called.max(other.called))
        };
        let worse = self.letters.iter().find(|other| {
            let Some((earlier, returned)) = other.taken else { return false };
            returned < request.called
                && this.goes_before(other, self.discipline)
                && there(this, earlier.called, other)
                && earlier.fits(this.message)
        });
        if let Some(worse) = worse {
            return Some(Fault::OutOfOrder { first: this.message, second: worse.message });
        }
        let better = self.letters.iter().filter(|other| {
            other.taken.is_none()
                && other.goes_before(this, self.discipline)
                && there(other, request.called, this)
                && request.fits(other.message)
        });
        let better = self.surely(&better, 0)?;
        Some(Fault::OutOfOrder { first: better.message, second: this.message })
    }

    fn looked(&mut self, process: ProcessId, answer: bool) -> Option<Fault> {
        let request = self.requests[process.index()].take()?;
        if answer {
            let fits = |letter: &&Letter| request.fits(letter.message);
            let mut there = self.letters.iter().filter(fits);
            let some = there.any(|letter| !letter.was_over(request.called));
            return (!some).then_some(Fault::NotArrived { process });
        }
        let message = self.there(request, request.called)?;
        Some(Fault::NotEmpty { process, told: "false", message })
    }
}

impl Observer for Mailbox {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        self.moment += 1;
        let fault = match event.kind {
            EventKind::Called(service) => {
                match service {
                    Service::Send(message, _) => self.sends(process, message, true),
                    Service::TrySend(message, _) => self.sends(process, message, false),
                    Service::Receive(from, _) | Service::TryReceive(from, _) => {
                        self.requests(process, from, true);
                    }
                    Service::Arrived(from, _) => self.requests(process, from, false),
                    Service::Close => {
                        self.close_called.get_or_insert(self.moment);
                    }
                    _ => {}
                }
                None
            }
            EventKind::Returned(service) => match service {
                Service::Send(_, sent) | Service::TrySend(_, sent) => self.sent(process, sent),
                Service::Receive(_, received) | Service::TryReceive(_, received) => {
                    self.received(process, received)
                }
                Service::Arrived(_, answer) => self.looked(process, answer == Some(true)),
                Service::Close => {
                    self.close_returned.get_or_insert(self.moment);
                    None
                }
                _ => None,
            },
            _ => None,
        };
        self.breach = fault.map(Breach::Mail);
        if self.breach.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Discipline::{Fifo, Priority};
    use super::*;

    /// What a process does: calls, and what they return.
    #[derive(Clone, Copy)]
    enum Does {
        Sends(Message),
        TriesToSend(Message),
        IsTold(Sent),
        Asks(Option<usize>),
        Gets(Received),
        Looks,
        Sees(bool),
        Closes,
        HasClosed,
    }
    use Does::{Asks, Closes, Gets, HasClosed, IsTold, Looks, Sees, Sends, TriesToSend};

    fn process(number: usize) -> ProcessId {
        ProcessId::new(number)
    }

    /// A message of P0 for anybody.
    fn mail(body: u32) -> Message {
        Message { from: process(0), to: None, priority: 0, body }
    }

    fn urgent(body: u32, priority: u8) -> Message {
        Message { priority, ..mail(body) }
    }

    fn watch(capacity: u32, discipline: Discipline, story: &[(usize, Does)]) -> Mailbox {
        let mut oracle = Mailbox::new(capacity, discipline);
        let mut last: [Option<Service>; PROCESSES_MAX] = [None; PROCESSES_MAX];
        for &(who, does) in story {
            let ended = |service: Option<Service>, sent, received, seen| match service {
                Some(Service::Send(message, _)) => Service::Send(message, sent),
                Some(Service::TrySend(message, _)) => Service::TrySend(message, sent),
                Some(Service::Receive(from, _)) => Service::Receive(from, received),
                Some(Service::Arrived(from, _)) => Service::Arrived(from, Some(seen)),
                _ => Service::Close,
            };
            let (sent, received) = (Sent::Pending, Received::Pending);
            let called = match does {
                Sends(message) => Some(Service::Send(message, sent)),
                TriesToSend(message) => Some(Service::TrySend(message, sent)),
                Asks(from) => Some(Service::Receive(from.map(process), received)),
                Looks => Some(Service::Arrived(None, None)),
                Closes => Some(Service::Close),
                IsTold(_) | Gets(_) | Sees(_) | HasClosed => None,
            };
            let kind = match (called, does) {
                (Some(service), _) => {
                    last[who] = called;
                    EventKind::Called(service)
                }
                (None, IsTold(sent)) => {
                    EventKind::Returned(ended(last[who], sent, received, false))
                }
                (None, Gets(received)) => {
                    EventKind::Returned(ended(last[who], sent, received, false))
                }
                (None, Sees(seen)) => EventKind::Returned(ended(last[who], sent, received, seen)),
                (None, _) => EventKind::Returned(Service::Close),
            };
            if oracle.observe(&Event { step: 0, process: process(who), kind }).is_break() {
                break;
            }
        }
        oracle
    }

    fn fault(capacity: u32, discipline: Discipline, story: &[(usize, Does)]) -> Option<Fault> {
        watch(capacity, discipline, story).breach().map(|breach| match breach {
            Breach::Mail(fault) => fault,
            other => panic!("{other:?} is no fault of a mailbox"),
        })
    }

    const DONE: Does = IsTold(Sent::Done);
    const EMPTY: Does = Gets(Received::Empty);
    const ENDED: Does = Gets(Received::Closed);

    fn sent(message: Message) -> [(usize, Does); 2] {
        [(0, Sends(message)), (0, DONE)]
    }

    fn got(who: usize, message: Message) -> [(usize, Does); 2] {
        [(who, Asks(None)), (who, gets(message))]
    }

    fn gets(message: Message) -> Does {
        Gets(Received::Message(message))
    }

    fn story(parts: &[&[(usize, Does)]]) -> Vec<(usize, Does)> {
        parts.concat()
    }

    #[test]
    fn what_is_received_was_sent_once_and_is_whole() {
        let one = mail(1);
        let usual = story(&[&sent(one), &got(1, one)]);
        assert_eq!(fault(1, Fifo, &usual), None);
        assert!(matches!(fault(1, Fifo, &got(1, one)), Some(Fault::NeverSent { .. })));
        let early = [(1, Asks(None)), (0, Sends(one)), (1, gets(one)), (0, DONE)];
        assert_eq!(fault(1, Fifo, &early), None, "its sending need not have returned");
        let twice = story(&[&usual, &got(2, one)]);
        assert!(matches!(fault(1, Fifo, &twice), Some(Fault::Twice { .. })));
        let mixed = story(&[&sent(one), &got(1, urgent(1, 3))]);
        assert!(matches!(fault(1, Fifo, &mixed), Some(Fault::Mixed { .. })));
    }

    #[test]
    fn what_could_not_be_sent_is_not_received() {
        let one = mail(1);
        let full = [(0, TriesToSend(one)), (0, IsTold(Sent::Full))];
        let after = story(&[&full, &got(1, one)]);
        assert!(matches!(fault(0, Fifo, &after), Some(Fault::Refused { .. })));
        let before = story(&[&[(1, Asks(None)), full[0], (1, gets(one))], &full[1..]]);
        assert!(matches!(fault(0, Fifo, &before), Some(Fault::Refused { told: "Full", .. })));
    }

    #[test]
    fn a_message_is_received_by_whom_it_is_for_and_from_whom_it_was_wanted() {
        let direct = Message { to: Some(process(1)), ..mail(1) };
        assert_eq!(fault(1, Fifo, &story(&[&sent(direct), &got(1, direct)])), None);
        let other = story(&[&sent(direct), &got(2, direct)]);
        assert!(matches!(fault(1, Fifo, &other), Some(Fault::Misdelivered { from: None, .. })));
        let wanted = |from| story(&[&sent(direct), &[(1, Asks(Some(from))), (1, gets(direct))]]);
        assert_eq!(fault(1, Fifo, &wanted(0)), None);
        assert!(matches!(fault(1, Fifo, &wanted(2)), Some(Fault::Misdelivered { .. })));
    }

    #[test]
    fn no_more_are_inside_than_there_is_room_for() {
        let two = story(&[&sent(mail(1)), &sent(mail(2))]);
        assert!(matches!(fault(1, Fifo, &two), Some(Fault::TooMany { capacity: 1, .. })));
        assert_eq!(fault(2, Fifo, &two), None);
        let asked = story(&[&[(1, Asks(None))], &two]);
        assert_eq!(fault(1, Fifo, &asked), None, "it may have one but for its return");
        let in_vain = story(&[&[(1, Asks(Some(2)))], &two]);
        assert!(fault(1, Fifo, &in_vain).is_some(), "it can have none of these");
        let empty = story(&[&asked, &[(1, EMPTY)]]);
        assert!(fault(1, Fifo, &empty).is_some(), "it has none");
    }

    #[test]
    fn with_no_room_the_sender_meets_a_receiver() {
        let one = mail(1);
        assert!(matches!(fault(0, Fifo, &sent(one)), Some(Fault::TooMany { capacity: 0, .. })));
        let met = story(&[&[(1, Asks(None))], &sent(one), &[(1, gets(one))]]);
        assert_eq!(fault(0, Fifo, &met), None);
        let late = [(0, Sends(one)), (1, Asks(None)), (1, gets(one)), (0, DONE)];
        assert_eq!(fault(0, Fifo, &late), None);
        let other = story(&[&[(1, Asks(Some(2)))], &sent(one)]);
        assert!(fault(0, Fifo, &other).is_some(), "it waits for another sender");
    }

    #[test]
    fn what_was_sent_first_is_received_first() {
        let (one, two) = (mail(1), mail(2));
        let both = story(&[&sent(one), &sent(two)]);
        assert_eq!(fault(2, Fifo, &story(&[&both, &got(1, one), &got(1, two)])), None);
        let wrong = Some(Fault::OutOfOrder { first: one, second: two });
        assert_eq!(fault(2, Fifo, &story(&[&both, &got(1, two)])), wrong);
        let pending = story(&[&both, &[(2, Asks(None))], &got(1, two)]);
        assert_eq!(fault(2, Fifo, &pending), None, "the other one may have it");
        assert_eq!(fault(2, Fifo, &story(&[&pending, &[(2, gets(one))]])), None);
        assert_eq!(fault(2, Fifo, &story(&[&pending, &got(1, one)])), wrong);
        let overlap = [(0, Sends(one)), (3, Sends(two)), (0, DONE), (3, DONE)];
        for (first, second) in [(one, two), (two, one)] {
            let out = story(&[&overlap, &got(1, first), &got(1, second)]);
            assert_eq!(fault(2, Fifo, &out), None);
        }
    }

    #[test]
    fn messages_that_do_not_fit_may_be_passed_over() {
        let other = Message { to: Some(process(2)), ..mail(1) };
        let both = story(&[&sent(other), &sent(mail(2)), &got(1, mail(2))]);
        assert_eq!(fault(2, Fifo, &story(&[&both, &got(2, other)])), None);
    }

    #[test]
    fn the_most_urgent_goes_first_and_of_several_the_first() {
        let (low, high, same) = (urgent(1, 1), urgent(2, 2), urgent(3, 1));
        let all = story(&[&sent(low), &sent(high), &sent(same)]);
        let right = story(&[&all, &got(1, high), &got(1, low), &got(1, same)]);
        assert_eq!(fault(3, Priority, &right), None);
        let wrong = Some(Fault::OutOfOrder { first: high, second: low });
        assert_eq!(fault(3, Priority, &story(&[&all, &got(1, low)])), wrong);
        let unstable = story(&[&all, &got(1, high), &got(1, same)]);
        let wrong = Some(Fault::OutOfOrder { first: low, second: same });
        assert_eq!(fault(3, Priority, &unstable), wrong);
        let overtaken = story(&[&sent(low), &[(1, Asks(None))], &sent(high), &[(1, gets(low))]]);
        assert_eq!(fault(3, Priority, &overtaken), None, "it was asked for before");
    }

    #[test]
    fn full_is_true_only_if_there_may_have_been_no_room() {
        let tries = [(2, TriesToSend(mail(9))), (2, IsTold(Sent::Full))];
        let most = |story: &[(usize, Does)]| fault(1, Fifo, story);
        assert!(matches!(most(&tries), Some(Fault::NotFull { most: 0, capacity: 1, .. })));
        assert_eq!(most(&story(&[&sent(mail(1)), &tries])), None);
        assert_eq!(most(&story(&[&[(0, Sends(mail(1)))], &tries])), None, "it may be inside");
        let taken = story(&[&sent(mail(1)), &[(1, Asks(None)), (1, gets(mail(1)))], &tries]);
        assert!(most(&taken).is_some(), "there is room again");
        let meanwhile = story(&[&tries[..1], &sent(mail(1)), &got(1, mail(1)), &tries[1..]]);
        assert_eq!(most(&meanwhile), None, "there was a moment");
        assert_eq!(fault(0, Fifo, &tries), None, "nobody can say who was about to wait");
    }

    #[test]
    fn empty_and_false_are_true_only_if_there_may_have_been_none() {
        let one = mail(1);
        for (asks, told) in [(Asks(None), EMPTY), (Looks, Sees(false))] {
            let ask = [(1, asks), (1, told)];
            assert_eq!(fault(1, Fifo, &ask), None);
            let there = story(&[&sent(one), &ask]);
            assert!(matches!(fault(1, Fifo, &there), Some(Fault::NotEmpty { .. })));
            assert_eq!(fault(1, Fifo, &story(&[&ask[..1], &sent(one), &ask[1..]])), None);
            let taking = story(&[&sent(one), &[(2, Asks(None))], &ask]);
            assert_eq!(fault(1, Fifo, &taking), None, "the other one may have it");
        }
    }

    #[test]
    fn true_says_that_there_may_be_one() {
        let (one, look) = (mail(1), [(1, Looks), (1, Sees(true))]);
        assert!(matches!(fault(1, Fifo, &look), Some(Fault::NotArrived { .. })));
        assert_eq!(fault(1, Fifo, &story(&[&sent(one), &look])), None);
        assert_eq!(fault(1, Fifo, &story(&[&[(0, Sends(one))], &look])), None);
        let gone = story(&[&sent(one), &got(2, one), &look]);
        assert!(fault(1, Fifo, &gone).is_some());
        let stays = story(&[&sent(one), &look, &got(1, one)]);
        assert_eq!(fault(1, Fifo, &stays), None);
    }

    #[test]
    fn nobody_is_told_of_the_end_before_it_or_anything_else_after_it() {
        let close = [(3, Closes), (3, HasClosed)];
        let end = [(1, Asks(None)), (1, ENDED)];
        assert!(matches!(fault(1, Fifo, &end), Some(Fault::NotClosed { .. })));
        assert_eq!(fault(1, Fifo, &story(&[&close[..1], &end])), None, "it is being closed");
        let refused = [(0, Sends(mail(1))), (0, IsTold(Sent::Closed))];
        assert!(matches!(fault(1, Fifo, &refused), Some(Fault::NotClosed { .. })));
        assert_eq!(fault(1, Fifo, &story(&[&close, &refused])), None);
        for story in [
            story(&[&close, &sent(mail(1))]),
            story(&[&close, &[(0, TriesToSend(mail(1))), (0, IsTold(Sent::Full))]]),
            story(&[&close, &[(1, Asks(None)), (1, EMPTY)]]),
        ] {
            assert!(matches!(fault(1, Fifo, &story), Some(Fault::StillOpen { .. })));
            let meanwhile = story[1..].iter().filter(|(who, _)| *who != 3).copied();
            let meanwhile: Vec<_> = std::iter::once(story[0]).chain(meanwhile).collect();
            let wrong = fault(0, Fifo, &meanwhile);
            assert!(!matches!(wrong, Some(Fault::StillOpen { .. })), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_inside_can_still_be_received_after_the_end() {
        let close = [(3, Closes), (3, HasClosed)];
        let end = [(1, Asks(None)), (1, ENDED)];
        let left = story(&[&sent(mail(1)), &close, &end]);
        assert!(matches!(fault(1, Fifo, &left), Some(Fault::NotEmpty { told: "Closed", .. })));
        let drained = story(&[&sent(mail(1)), &close, &got(1, mail(1)), &end]);
        assert_eq!(fault(1, Fifo, &drained), None);
        // It was called when there was nothing; but when it was closed there was something.
        let waited = story(&[&end[..1], &sent(mail(1)), &close, &end[1..]]);
        assert!(fault(1, Fifo, &waited).is_some());
        let overlaps = story(&[&end[..1], &close[..1], &sent(mail(1)), &end[1..]]);
        assert_eq!(fault(1, Fifo, &overlaps), None, "it may have been sent after");
    }

    #[test]
    fn who_waits_for_what_is_there_is_told_so() {
        let lost = story(&[&[(1, Asks(None))], &sent(mail(1))]);
        assert_eq!(watch(1, Fifo, &lost).left_behind(), [mail(1)]);
        let other = story(&[&[(1, Asks(Some(2)))], &sent(mail(1))]);
        assert_eq!(watch(1, Fifo, &other).left_behind(), []);
    }
}
