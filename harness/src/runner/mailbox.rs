//! Words for what goes wrong with a mailbox.

use super::report::WitnessKind;
use crate::event::{Event, Observer as _};
use crate::oracle::{Fault, Mailbox, Rule};

/// Which kind of witness it is.
pub(super) const fn kind(fault: Fault) -> WitnessKind {
    match fault {
        Fault::NeverSent { .. }
        | Fault::Mixed { .. }
        | Fault::Twice { .. }
        | Fault::Refused { .. } => WitnessKind::Corrupted,
        Fault::Misdelivered { .. } => WitnessKind::Misdelivered,
        Fault::TooMany { .. } => WitnessKind::Overfull,
        Fault::OutOfOrder { .. } => WitnessKind::OutOfOrder,
        Fault::NotFull { .. }
        | Fault::NotEmpty { .. }
        | Fault::NotArrived { .. }
        | Fault::NotClosed { .. }
        | Fault::StillOpen { .. } => WitnessKind::FalseAnswer,
    }
}

/// What is written at the end of the drawing, and the reason.
pub(super) fn broken(fault: Fault) -> (String, String) {
    let (mark, reason) = match fault {
        Fault::NeverSent { process, message } => (
            "no such message",
            format!("{process} receives message {message}, which nobody has sent."),
        ),
        Fault::Mixed { process, message, sent } => (
            "not as it was sent",
            format!("{process} receives message {message}, but what was sent is {sent}."),
        ),
        Fault::Twice { process, message } => (
            "received twice",
            format!("{process} receives message {message}, which was received before."),
        ),
        Fault::Refused { message, told } => (
            "refused, and received",
            format!(
                "Message {message} is received, and yet its sender is told {told}: whoever is told that a \
                 message was not sent may send it once more."
            ),
        ),
        Fault::Misdelivered { process, from, message } => (
            "misdelivered",
            match (message.to, from) {
                (Some(to), _) if to != process => {
                    format!("{process} receives message {message}, which is for {to} alone.")
                }
                (_, Some(from)) => format!(
                    "{process} asked for a message of {from} and receives message {message}."
                ),
                (_, None) => format!("{process} receives message {message}."),
            },
        ),
        Fault::TooMany { message, capacity: 0 } => (
            "nobody receives it",
            format!(
                "Message {message} counts as sent, but nobody has asked for it yet. Without room for any \
                 message a sender waits until its message is being received."
            ),
        ),
        Fault::TooMany { message, capacity } => (
            "no room",
            format!(
                "Message {message} counts as sent, but there is room for {capacity} and that was taken: \
                 {} messages were sent and nobody has asked for them.",
                capacity + 1
            ),
        ),
        Fault::OutOfOrder { first, second } if first.priority != second.priority => (
            "out of order",
            format!(
                "Message {second} is received although message {first} was there all the while, which is \
                 more urgent."
            ),
        ),
        Fault::OutOfOrder { first, second } => (
            "out of order",
            format!(
                "Message {first} was sent before message {second} was, and yet message {second} is \
                 received first."
            ),
        ),
        Fault::NotFull { process, most, capacity } => (
            "not full",
            format!(
                "{process} is told Full, but there is room for {capacity}, and at no moment of its call \
                 was there more than {most} inside."
            ),
        ),
        Fault::NotEmpty { process, told, message } => (
            "a message is there",
            format!(
                "{process} is told {told}, but message {message} was there all the while: it had been sent, \
                 and nobody else was receiving it."
            ),
        ),
        Fault::NotArrived { process } => (
            "nothing is there",
            format!("{process} is told that a message has arrived for it, but there is none."),
        ),
        Fault::NotClosed { process } => {
            ("not closed", format!("{process} is told Closed, but nobody has called close."))
        }
        Fault::StillOpen { process, told } => (
            "closed",
            format!(
                "{process} is told {told}, but the mailbox had been closed before it called: it should be \
                 told Closed."
            ),
        ),
    };
    (mark.to_owned(), reason)
}

/// The messages that are left in a mailbox while somebody waits for them, or that it was closed, as a
/// sentence.
pub(super) fn left_behind(rule: Rule, events: &[Event]) -> String {
    let Rule::Mailbox { capacity, discipline } = rule else { return String::new() };
    let mut oracle = Mailbox::new(capacity, discipline);
    let _ = events.iter().try_for_each(|event| oracle.observe(event));
    let messages: Vec<String> = oracle.left_behind().iter().map(ToString::to_string).collect();
    match messages.as_slice() {
        [] if oracle.is_closed() => {
            " The mailbox has been closed: whoever waits for room, or for a message that will not come, is \
             to be told."
                .to_owned()
        }
        [] => String::new(),
        [message] => format!(
            " Message {message} was sent and nobody has received it: it is lost, or nobody who waits for it \
             is told."
        ),
        messages => format!(
            " Messages {} were sent and nobody has received them: they are lost, or nobody who waits for \
             them is told.",
            messages.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Received, Sent, Service};
    use crate::message::{Discipline, Message};
    use crate::process::ProcessId;

    #[test]
    fn a_rendezvous_that_is_over_too_early_is_told_as_such() {
        let message = Message { from: ProcessId::new(0), to: None, priority: 0, body: 3 };
        let (mark, reason) = broken(Fault::TooMany { message, capacity: 0 });
        assert_eq!(mark, "nobody receives it");
        assert!(reason.contains("Message 3 of P0"), "{reason}");
        let (mark, reason) = broken(Fault::TooMany { message, capacity: 1 });
        assert_eq!(mark, "no room");
        assert!(reason.contains("2 messages were sent"), "{reason}");
    }

    #[test]
    fn a_receiver_that_sleeps_beside_its_message_is_told_so() {
        let (sender, receiver) = (ProcessId::new(0), ProcessId::new(1));
        let message = Message { from: sender, to: None, priority: 0, body: 3 };
        let event = |process, kind| Event { step: 0, process, kind };
        let rule = Rule::Mailbox { capacity: 1, discipline: Discipline::Fifo };
        let events = [
            event(receiver, EventKind::Called(Service::Receive(None, Received::Pending))),
            event(sender, EventKind::Called(Service::Send(message, Sent::Pending))),
            event(sender, EventKind::Returned(Service::Send(message, Sent::Done))),
        ];
        assert!(left_behind(rule, &events).contains("Message 3 of P0 was sent"));
        let closed = [events[0], event(sender, EventKind::Called(Service::Close))];
        assert!(left_behind(rule, &closed).contains("has been closed"));
        assert_eq!(left_behind(rule, &events[..1]), "");
    }
}
