//! Services over sockets that went wrong, in words.

use super::exchanged::begins;
use super::report::WitnessKind;
use crate::oracle::Disservice;
use crate::process::ProcessId;

/// The kind of a disservice.
pub(super) const fn wire(disservice: Disservice) -> WitnessKind {
    match disservice {
        Disservice::DamagedRequest(_) | Disservice::DamagedAnswer(_) => WitnessKind::Damaged,
        Disservice::Twice(_) => WitnessKind::ReceivedTwice,
        Disservice::OutOfOrder { .. } => WitnessKind::OutOfOrder,
        Disservice::Misdelivered(_) => WitnessKind::Misdelivered,
        Disservice::Lost(_) => WitnessKind::Lost,
        Disservice::Unanswered(_) | Disservice::NotServed(_) | Disservice::NotFinished(_) => {
            WitnessKind::EarlyEnd
        }
        Disservice::Failed { .. } => WitnessKind::CallFailed,
        Disservice::Killed => WitnessKind::Killed,
    }
}

/// What is written at the end of the drawing, and the reason.
pub(super) fn words(process: ProcessId, disservice: Disservice) -> (String, String) {
    match disservice {
        Disservice::DamagedRequest(damage) => (
            "damaged".to_owned(),
            format!(
                "What {process} hands to `answer` is no request that was sent. It is {}.",
                begins(damage)
            ),
        ),
        Disservice::DamagedAnswer(damage) => (
            "damaged".to_owned(),
            format!(
                "What {process} receives is no answer that `answer` gave. It is {}.",
                begins(damage)
            ),
        ),
        Disservice::Twice(id) if id.is_answer() => (
            "received twice".to_owned(),
            format!("{process} receives {id}, which it has received before."),
        ),
        Disservice::Twice(id) => (
            "handed over twice".to_owned(),
            format!("{process} hands {id} to `answer`, which has had it before."),
        ),
        Disservice::OutOfOrder { first, second } if first.is_answer() => (
            "out of order".to_owned(),
            format!(
                "{} answers {} and {second} answers {}, which was sent later; {second} is received first.",
                first,
                first.request(),
                second.request()
            ),
        ),
        Disservice::OutOfOrder { first, second } => (
            "out of order".to_owned(),
            format!(
                "{} sent {first} before {second}, and {second} is handed to `answer` first.",
                first.sender
            ),
        ),
        Disservice::Misdelivered(id) if id.is_answer() => (
            "misdelivered".to_owned(),
            format!(
                "{process} receives {id}, which is the answer to {}, a request of {}.",
                id.request(),
                id.sender
            ),
        ),
        Disservice::Misdelivered(id) => (
            "misdelivered".to_owned(),
            format!("{process} receives {id}, which is a request of {}, and no answer.", id.sender),
        ),
        Disservice::Lost(id) => (
            format!("{id} is lost"),
            format!(
                "{process} is told that there are no more answers, but `answer` has given {id} for its \
                 request {}, and it has not received that.",
                id.request()
            ),
        ),
        Disservice::Unanswered(id) => (
            "not the end".to_owned(),
            format!(
                "{process} is told that there are no more answers, but {id}, which it has sent, was never \
                 handed to `answer`."
            ),
        ),
        Disservice::NotServed(id) => (
            "not the end".to_owned(),
            format!(
                "`serve` of {process} returns, but {id}, which {} has sent, was never handed to \
                 `answer`.",
                id.sender
            ),
        ),
        Disservice::NotFinished(client) => (
            "not the end".to_owned(),
            format!(
                "`serve` of {process} returns, but {client} has not called `finish`, and may have more \
                 requests."
            ),
        ),
        Disservice::Failed { service, errno } => (
            format!("{service} fails"),
            format!(
                "`{service}` of {process} fails with {errno}, for no reason that the contract knows."
            ),
        ),
        Disservice::Killed => (
            format!("{process} is killed"),
            format!(
                "{process} is killed by a signal that it neither handles nor ignores, and was to \
                 live on."
            ),
        ),
    }
}
