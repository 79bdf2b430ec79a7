//! The events as a story: numbered steps in the student's words, with notes on what surprises.
//!
//! A load that returns an old value is what students believe least. So every such step says which
//! newer writes it overlooks, by the numbers of their steps, and why that is allowed.

use std::collections::BTreeMap;
use std::panic::Location;

use super::names::{Names, file_name};
use super::operation::describe;
use crate::event::{
    Access, AccessKind, Event, EventKind, Landing, LocationId, Progress, Signalled, SystemCall,
};
use crate::kernel::Signal;
use crate::process::ProcessId;

/// One event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryStep {
    /// The number of the operation, from 1; `None` if the event passes a section's border.
    pub number: Option<u32>,
    /// Who.
    pub process: ProcessId,
    /// What it did: `flag[0].store(true, Release)`, `enters its critical section`, …
    pub text: String,
    /// Why that is surprising; empty if it is not.
    pub note: String,
    /// The name of the student's file in which the step stands.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// Whether it is a step of the harness's own: what it does between the calls of the contract.
    pub lent: bool,
    /// Whether it is a call of a function that was passed on as a value: where, Rust does not tell.
    pub passed_on: bool,
    /// The signal that it sent, and to which other process.
    pub sent: Option<(ProcessId, String)>,
}

/// Tells the events.
pub fn story(events: &[Event], names: &Names) -> Vec<StoryStep> {
    let mut memory = Memory::default();
    let mut mail = Mail::default();
    events
        .iter()
        .map(|event| {
            let place = event.kind.site();
            let site = place.filter(|site| names.knows(site));
            StoryStep {
                number: event.kind.is_step().then_some(event.step + 1),
                process: event.process,
                text: describe(&event.kind, names) + &mail.remark(event),
                note: match &event.kind {
                    EventKind::Access(access) => memory.note(event, access),
                    EventKind::Sleep { spurious: true, .. } => {
                        "spurious: the call may return although nobody woke its caller".to_owned()
                    }
                    EventKind::SystemCall(SystemCall {
                        unusual: true,
                        progress: Progress::Died,
                        ..
                    }) => "that this process may die was announced".to_owned(),
                    EventKind::SystemCall(SystemCall { unusual: true, .. }) => {
                        "unusual, and legal: see the call's page of the manual".to_owned()
                    }
                    _ => String::new(),
                },
                file: site.map(|site| file_name(site.file()).to_owned()),
                line: site.map(Location::line),
                lent: place.is_some_and(|site| names.is_lent(site)),
                passed_on: matches!(event.kind, EventKind::SystemCall(_))
                    && place.is_some_and(|it| !names.knows(it) && !names.is_lent(it)),
                sent: arrow(event),
            }
        })
        .collect()
}

/// The signal that an event sent to another process, where something came of it.
fn arrow(event: &Event) -> Option<(ProcessId, String)> {
    match signalled(event)? {
        Signalled::Sent { signal, to, landing: Landing::Arrives } if to != event.process => {
            Some((to, Signal(signal).to_string()))
        }
        _ => None,
    }
}

/// What an event has to do with a signal.
const fn signalled(event: &Event) -> Option<Signalled> {
    match event.kind {
        EventKind::SystemCall(SystemCall { signalled, .. }) => signalled,
        EventKind::Handler { number, .. } => Some(Signalled::Taken { signal: number }),
        _ => None,
    }
}

/// Signals that are pending: for whom, which, and the number of the step that sent it. Those with one number are
/// taken in the order in which they were sent.
#[derive(Default)]
struct Mail(Vec<(ProcessId, i32, u32)>);

impl Mail {
    /// What is to be said of an event that sends or takes a signal.
    fn remark(&mut self, event: &Event) -> String {
        let Self(pending) = self;
        match signalled(event) {
            Some(Signalled::Sent { signal, to, landing }) => match landing {
                Landing::Arrives => {
                    if signal < Signal::RTMIN.0 {
                        // There is but one: another one was discarded, as it came to be ignored.
                        pending.retain(|it| (it.0, it.1) != (to, signal));
                    }
                    pending.push((to, signal, event.step + 1));
                    String::new()
                }
                Landing::Merges => {
                    let other = pending.iter().find(|it| (it.0, it.1) == (to, signal));
                    let other =
                        other.map_or_else(|| "one".to_owned(), |it| format!("step {}'s", it.2));
                    format!(" (lost: {other} is still pending)")
                }
                Landing::Ignored => format!(" (lost: {to} ignores it)"),
                Landing::TooLate => format!(" (lost: {to} has ended)"),
            },
            Some(Signalled::Taken { signal }) => {
                let is_it = |it: &(ProcessId, i32, u32)| (it.0, it.1) == (event.process, signal);
                match pending.iter().position(is_it) {
                    Some(place) => format!(" (step {})", pending.remove(place).2),
                    None => String::new(),
                }
            }
            None => String::new(),
        }
    }
}

/// The writes to each location in modification order, the initial value left out.
#[derive(Default)]
struct Memory(BTreeMap<LocationId, Vec<Written>>);

/// A write, as a note speaks of it.
#[derive(Clone)]
struct Written {
    /// The number of its step, as the story shows it.
    number: u32,
    process: ProcessId,
    /// Such as `store of 1`.
    what: String,
}

impl Memory {
    /// Performs an access, and says what is surprising about it.
    fn note(&mut self, event: &Event, access: &Access) -> String {
        let writes = self.0.entry(access.location).or_default();
        let older = writes.len().saturating_sub(access.stale_by as usize);
        let note = explain(access, event.process, &writes[older..]);
        if let Some(value) = access.written {
            let value = access.value_type.show(value);
            let what = match access.kind {
                AccessKind::Store => format!("store of {value}"),
                AccessKind::ReadModifyWrite => format!("{} to {value}", access.method),
                AccessKind::PlainWrite | AccessKind::PlainRead | AccessKind::Load => {
                    format!("write of {value}")
                }
            };
            let written = Written { number: event.step + 1, process: event.process, what };
            writes.insert(older, written);
        }
        note
    }
}

/// Why the access could do what it did, although there are `newer` writes.
fn explain(access: &Access, reader: ProcessId, newer: &[Written]) -> String {
    if access.spurious {
        return format!(
            "fails spuriously: {} may fail although the value is the expected one",
            access.method
        );
    }
    let [.., newest] = newer else { return String::new() };
    let which = |write: &Written| format!("step {}'s {}", write.number, write.what);
    match (access.kind, newer) {
        (AccessKind::Store, [_]) => {
            format!("lands before {}: nothing orders the two stores", which(newest))
        }
        (AccessKind::Store, _) => {
            format!("lands before {}: nothing orders it after any of them", numbers(newer))
        }
        (AccessKind::ReadModifyWrite, _) => format!(
            "acts before {}: nothing orders the two",
            if newer.len() == 1 { which(newest) } else { numbers(newer) }
        ),
        (kind, [_]) => {
            let read = access.read.map(|value| access.value_type.show(value)).unwrap_or_default();
            let this = if kind == AccessKind::Load && access.method != "load" {
                access.method
            } else {
                "load"
            };
            format!(
                "may still read {read}: {} is not yet visible to {reader}, as nothing orders it \
                 before this {this}",
                which(newest)
            )
        }
        (_, _) => {
            let read = access.read.map(|value| access.value_type.show(value)).unwrap_or_default();
            format!(
                "may still read {read}: {} are not yet visible to {reader}, as nothing orders them \
                 before it",
                numbers(newer)
            )
        }
    }
}

/// `the 3 newer writes (steps 4, 7, 9 by P1)`.
fn numbers(writes: &[Written]) -> String {
    let mut numbers: Vec<u32> = writes.iter().map(|write| write.number).collect();
    numbers.sort_unstable();
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let by_one = writes.windows(2).all(|pair| pair[0].process == pair[1].process);
    let by = match writes {
        [first, ..] if by_one => format!(" by {}", first.process),
        _ => String::new(),
    };
    format!("{} newer writes (steps {}{by})", writes.len(), numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::specimen_events::{Log, inside, peterson};
    use super::*;
    use crate::event::{ValueType, WriteId};
    use std::sync::atomic::Ordering;

    #[test]
    fn a_stale_read_names_the_store_that_it_overlooks() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 0, 0);
        log.stale = true;
        log.enter(&subject, 1, 0);
        assert_eq!(inside(&log.events), 2, "both are inside");
        let steps = story(&log.events, &Names::plain());
        let notes: Vec<_> = steps.iter().filter(|step| !step.note.is_empty()).collect();
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].text, "x2.load(Relaxed) → false");
        assert_eq!(
            notes[0].note,
            "may still read false: step 1's store of true is not yet visible to P1, as nothing \
             orders it before this load"
        );
        let place = (notes[0].file.as_deref(), notes[0].line, notes[0].number);
        assert_eq!(place, (Some("specimen.rs"), Some(17), Some(6)));
    }

    /// An access to one location, by step.
    fn access(step: u32, process: usize, kind: AccessKind, method: &'static str) -> Event {
        let access = Access {
            kind,
            method,
            site: Location::caller(),
            location: LocationId(0),
            value_type: ValueType::Unsigned,
            ordering: Some(Ordering::Relaxed),
            read: (kind != AccessKind::Store).then_some(0),
            written: (kind != AccessKind::Load).then_some(u64::from(step)),
            reads_from: None,
            write: Some(WriteId { process: process as u8, index: step }),
            stale_by: 0,
            spurious: false,
        };
        Event { step, process: ProcessId::new(process), kind: EventKind::Access(access) }
    }

    fn stale(mut event: Event, by: u32) -> Event {
        if let EventKind::Access(access) = &mut event.kind {
            access.stale_by = by;
        }
        event
    }

    #[test]
    fn notes_follow_modification_order_and_not_time() {
        use AccessKind::{Load, ReadModifyWrite, Store};
        let events = [
            access(0, 0, Store, "store"),
            access(1, 0, Store, "store"),
            // Lands before both; so a read that overlooks one overlooks step 2.
            stale(access(2, 1, Store, "store"), 2),
            stale(access(3, 1, Load, "load"), 1),
            stale(access(4, 1, Load, "load"), 3),
            stale(access(5, 1, ReadModifyWrite, "fetch_or"), 1),
            stale(access(6, 1, Store, "store"), 1),
            stale(access(7, 1, Load, "compare_exchange"), 1),
            // Step 6 stands between steps 1 and 2.
            stale(access(8, 0, Load, "load"), 3),
        ];
        let notes: Vec<_> = story(&events, &Names::plain()).into_iter().map(|s| s.note).collect();
        let expected = [
            "",
            "",
            "lands before 2 newer writes (steps 1, 2 by P0): nothing orders it after any of them",
            "may still read 0: step 2's store of 1 is not yet visible to P1, as nothing orders it \
             before this load",
            "may still read 0: 3 newer writes (steps 1, 2, 3) are not yet visible to P1, as \
             nothing orders them before it",
            "acts before step 2's store of 1: nothing orders the two",
            "lands before step 2's store of 1: nothing orders the two stores",
            "may still read 0: step 2's store of 1 is not yet visible to P1, as nothing orders it \
             before this compare_exchange",
            "may still read 0: 3 newer writes (steps 2, 6, 7) are not yet visible to P0, as \
             nothing orders them before it",
        ];
        assert_eq!(notes, expected);
    }

    #[test]
    fn a_spurious_failure_is_explained() {
        let mut event = access(0, 0, AccessKind::Load, "compare_exchange_weak");
        if let EventKind::Access(access) = &mut event.kind {
            access.spurious = true;
        }
        let steps = story(&[event], &Names::plain());
        assert_eq!(
            steps[0].note,
            "fails spuriously: compare_exchange_weak may fail although the value is the expected \
             one"
        );
    }
}
