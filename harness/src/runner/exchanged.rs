//! Exchanges of messages that went wrong, in words; and machines on which nobody gets on.

use std::fmt::Write as _;

use super::report::WitnessKind;
use crate::event::{Damage, Event, EventKind, Instead, Progress};
use crate::kernel::{Kernel as _, Simulated};
use crate::oracle::Mishap;
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::is_datum;
use crate::trace::Names;

/// The kind of a mishap.
pub(super) const fn wire(mishap: Mishap) -> WitnessKind {
    match mishap {
        Mishap::Damaged(_) => WitnessKind::Damaged,
        Mishap::Twice(_) => WitnessKind::ReceivedTwice,
        Mishap::OutOfOrder { .. } | Mishap::Overtaken { .. } => WitnessKind::OutOfOrder,
        Mishap::Lost(_) => WitnessKind::Lost,
        Mishap::EarlyEnd(_) => WitnessKind::EarlyEnd,
        Mishap::Failed { .. } => WitnessKind::CallFailed,
        Mishap::Killed => WitnessKind::Killed,
    }
}

/// What is written at the end of the drawing, and the reason.
pub(super) fn words(process: ProcessId, mishap: Mishap) -> (String, String) {
    match mishap {
        Mishap::Damaged(damage) => (
            "damaged".to_owned(),
            format!(
                "What {process} receives is no message that was sent. It is {}.",
                begins(damage)
            ),
        ),
        Mishap::Twice(id) => (
            "received twice".to_owned(),
            format!("{process} receives {id}, which has been received before."),
        ),
        Mishap::OutOfOrder { first, second } => (
            "out of order".to_owned(),
            format!(
                "{} sent {first} before {second}, and {second} is received first.",
                first.sender
            ),
        ),
        Mishap::Overtaken { first, second } => (
            "out of order".to_owned(),
            format!(
                "{first} was in the queue when {process} asked, and is to come before {second}: its \
                 priority is higher, or the same and it was sent before. {second} is received first."
            ),
        ),
        Mishap::Lost(id) => (
            format!("{id} is lost"),
            format!(
                "{process} is told that this is the end, but {id} was sent by {}, and nobody has \
                 received it.",
                id.sender
            ),
        ),
        Mishap::EarlyEnd(sender) => (
            "not the end".to_owned(),
            format!(
                "{process} is told that this is the end, but {sender} has not called `end`, and may \
                 have more to send."
            ),
        ),
        Mishap::Failed { service, errno } => (
            format!("{service} fails"),
            format!(
                "`{service}` of {process} fails with {errno}, for no reason that the contract knows."
            ),
        ),
        Mishap::Killed => (
            format!("{process} is killed"),
            format!(
                "{process} is killed by a signal that it neither handles nor ignores, and was to \
                 live on."
            ),
        ),
    }
}

/// The message of a process is passed over for ever; here by so many others.
pub(super) fn passed_over(victim: ProcessId, others: u32) -> (String, String) {
    let reason = format!(
        "{victim} has a message to send and goes on whenever it can, and the kernel serves in order. Yet \
         {others} messages that another process begins to send later are all received before it. The same was \
         seen with hundreds of them: whoever sends it may wait for ever."
    );
    (format!("{victim} is passed over"), reason)
}

/// What it is that was received instead of a message: `4096 bytes, and …`.
pub(super) fn begins(damage: Damage) -> String {
    let Damage { message, length, whole, between, instead } = damage;
    let count =
        |bytes: u32| if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    let bytes = count(length);
    match message {
        Some(id) if whole == length => format!(
            "{bytes}, and these are only the first ones of {id}: it was torn, or its length is wrong"
        ),
        Some(id) => match instead {
            Instead::Of(other, place) if between > 0 => format!(
                "{bytes}: the first {whole} are those of {id}; behind them {} of no message, and then bytes of \
                 {other}, from its byte {place} on",
                count(between)
            ),
            Instead::Of(other, place) if other == id => format!(
                "{bytes}: the first {whole} are those of {id}, then come bytes of {id} from byte \
                 {place} on"
            ),
            Instead::Of(other, place) => format!(
                "{bytes}: the first {whole} are those of {id}; from there on stand bytes of {other}, \
                 from its byte {place} on"
            ),
            Instead::Unknown | Instead::Leftover | Instead::Nothing => {
                format!("{bytes}: the first {whole} are those of {id}; what follows was never sent")
            }
        },
        None => match instead {
            Instead::Of(other, place) if between > 0 => format!(
                "{bytes}: the first {between} are of no message; behind them stand bytes of {other}, from \
                 its byte {place} on"
            ),
            Instead::Of(other, place) => {
                format!(
                    "{bytes}: they are bytes of {other}, from byte {place} on, not from its beginning"
                )
            }
            Instead::Nothing => "an empty record, which nobody sent".to_owned(),
            Instead::Leftover => format!("{bytes} that an earlier run has left there"),
            Instead::Unknown => format!("{bytes} that were never sent so"),
        },
    }
}

/// Which descriptors each process has open at the end, and which signals are blocked and pending.
pub(super) fn tables(machine: &Simulated, processes: usize) -> String {
    let lives = |process| machine.is_born(process) && !machine.dead().contains(process);
    let signals = |process| machine.signals(process).filter(|_| lives(process));
    let mut text = String::new();
    let all = || ProcessId::all(processes);
    let any_signals = all().any(|process| signals(process).is_some());
    // Where signals are all there is, a table of no descriptors says nothing.
    if all().any(|process| !machine.table(process).is_empty()) {
        text.push_str("Descriptors that are open at this point:\n");
        for process in all() {
            let table = machine.table(process);
            let shown = if table.is_empty() {
                format!("none{}", absent(machine, process))
            } else {
                table.join("\n      ")
            };
            writeln!(text, "  {process}  {shown}").expect(INFALLIBLE);
        }
    }
    if any_signals {
        text.push_str("Signals at this point:\n");
        for process in all() {
            let none = || format!("none blocked, none pending{}", absent(machine, process));
            let line = signals(process).unwrap_or_else(none);
            writeln!(text, "  {process}  {line}").expect(INFALLIBLE);
        }
    }
    text
}

const INFALLIBLE: &str = "writing to a string does not fail";

/// Why a process has nothing at all.
fn absent(machine: &Simulated, process: ProcessId) -> &'static str {
    if machine.dead().contains(process) {
        "; it has ended"
    } else if machine.is_born(process) {
        ""
    } else {
        "; it has not been forked yet"
    }
}

/// Who waits for what at the end, since which line, and who could give it to them.
pub(super) fn plights(
    machine: &Simulated,
    who: ProcessSet,
    events: &[Event],
    names: &Names,
) -> String {
    let plight = |process: ProcessId| {
        let why = machine.plight(process)?;
        let call = events.iter().rev().find_map(|event| match event.kind {
            EventKind::SystemCall(call)
                if event.process == process && call.progress == Progress::Waits =>
            {
                Some(call)
            }
            _ => None,
        });
        let is_lent = call.is_some_and(|call| is_datum(call.site));
        let text = match call {
            // In the end the parent waits for its children, by the harness's own call.
            Some(_) if is_lent => {
                format!("{process} is through, and waits for the other processes to end.")
            }
            Some(call) if names.knows(call.site) => {
                let file = call.site.file().rsplit(['/', '\\']).next().unwrap_or_default();
                format!("{process} waits in {} at {file}:{} {why}", call.call, call.site.line())
            }
            // Of a function that was passed on, the place is not known.
            Some(call) => format!("{process} waits in {} {why}", call.call),
            None => format!("{process} waits {why}"),
        };
        Some((is_lent, text))
    };
    // What the solution itself waits for comes first.
    let mut plights: Vec<(bool, String)> = who.iter().filter_map(plight).collect();
    plights.sort_by_key(|(is_lent, _)| *is_lent);
    plights.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}
