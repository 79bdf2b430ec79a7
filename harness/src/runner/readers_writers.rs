//! The words for what goes wrong among readers and writers.

use crate::event::{Event, EventKind, Service};
use crate::examination::Meeting;
use crate::oracle::Overlap;
use crate::process::ProcessId;

/// What a process last asked for.
fn asked(events: &[Event], process: ProcessId) -> Option<Service> {
    events.iter().rev().find_map(|event| match event.kind {
        EventKind::Called(service @ (Service::StartRead | Service::StartWrite))
            if event.process == process =>
        {
            Some(service)
        }
        _ => None,
    })
}

/// What is written under the drawing, and the reason.
pub(super) fn overlap(overlap: Overlap, events: &[Event]) -> (String, String) {
    let Overlap { holder, intruder, open_door } = overlap;
    let reads = |process| asked(events, process) == Some(Service::StartRead);
    let role = |process| if reads(process) { "reads" } else { "writes" };
    let law = if reads(intruder) {
        "a reader may be there only together with readers"
    } else {
        "a writer must be alone"
    };
    let asked = if open_door { "asks when" } else { "asks, and gets in while" };
    let gets_in = if open_door { ", and gets in" } else { "" };
    let wish = if reads(intruder) { "to read" } else { "to write" };
    (
        format!("{holder} {}, {intruder} {}", role(holder), role(intruder)),
        format!(
            "{holder} {} and has not ended that. {intruder} {asked} {holder} is inside{gets_in}, {wish}: \
             {law}.",
            role(holder)
        ),
    )
}

/// A reader that waits and should not.
pub(super) fn kept_out(meeting: Meeting, never: bool) -> (String, String) {
    let Meeting { holder, newcomer, writer } = meeting;
    let about = match writer {
        Some(writer) => format!("{writer} waits, to write, but readers go first"),
        None => "no writer is inside or waits".to_owned(),
    };
    let tried = if never {
        " It was tried with every pair of readers, after several histories: two readers are never inside \
         together, as if they were writers."
    } else {
        ""
    };
    (
        format!("{newcomer} has to wait for {holder}"),
        format!(
            "{holder} reads, and stays; {about}. {newcomer} asks to read, and does not get in as long as \
             {holder} is inside.{tried}"
        ),
    )
}

/// A reader that gets in before a writer that was there before it.
pub(super) fn let_in(meeting: Meeting) -> (String, String) {
    let Meeting { holder, newcomer, writer } = meeting;
    let writer = writer.map_or_else(|| "a writer".to_owned(), |writer| writer.to_string());
    (
        format!("{newcomer} reads, {writer} still waits"),
        format!(
            "{holder} reads. {writer} asks to write and waits. After that {newcomer} asks to read, and gets \
             in before {writer} does: writers were to go first."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_says_who_reads_and_who_writes() {
        let (reader, writer) = (ProcessId::new(0), ProcessId::new(1));
        let asks = |process, service| Event { step: 0, process, kind: EventKind::Called(service) };
        let events = [asks(reader, Service::StartRead), asks(writer, Service::StartWrite)];
        let told =
            |holder, intruder| overlap(Overlap { holder, intruder, open_door: false }, &events);
        let (mark, reason) = told(reader, writer);
        assert_eq!(mark, "P0 reads, P1 writes");
        assert!(reason.contains("a writer must be alone"), "{reason}");
        let (mark, reason) = told(writer, reader);
        assert_eq!(mark, "P1 writes, P0 reads");
        assert!(reason.contains("only together with readers"), "{reason}");
    }
}
