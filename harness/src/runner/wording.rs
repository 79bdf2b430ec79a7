//! Words of a witness that differ from contract to contract.

use crate::event::{Event, EventKind, Observer as _, Service};
use crate::oracle::{Buffer, Rule};
use crate::process::ProcessSet;

/// Where processes are that do not get out: `in its exit section`, `in signal`.
pub(super) fn exit(events: &[Event], who: ProcessSet) -> String {
    let last = events.iter().rev().find_map(|event| match event.kind {
        EventKind::Called(service) if who.contains(event.process) => Some(service),
        _ => None,
    });
    match last {
        Some(Service::ExitSection) | None => "in its exit section".to_owned(),
        Some(service) => format!("in {}", service.name()),
    }
}

/// Whether more than one may be inside.
pub(super) const fn is_roomy(rule: Rule) -> bool {
    matches!(rule, Rule::Exclusion { places } if places > 1)
}

/// The datum of a scenario that is not atomic.
pub(super) const fn datum(rule: Rule) -> &'static str {
    match rule {
        Rule::Buffer { .. } => "what goes with an item",
        Rule::Neighbours { .. } => "a fork",
        Rule::Counter => "the counter",
        Rule::Monitor => "the datum in the monitor",
        Rule::ReadersWriters => "what is read and written",
        Rule::Exclusion { .. } | Rule::Permits { .. } | Rule::Messages { .. } => {
            "the datum that the section protects"
        }
    }
}

/// That one process does not see what another one did before.
pub(super) fn not_visible(rule: Rule, race: &str) -> String {
    match rule {
        Rule::Buffer { .. } => format!(
            "What a process wrote before its deposit is not visible to the one that takes the item: \
             {race} A release by the one that deposits and an acquire by the one that takes, on the \
             same variable, would order them."
        ),
        Rule::Permits { .. } => format!(
            "Permits are given and taken as they should be, but what was done before a signal is not \
             visible after the wait that took its permit: {race} A release in signal and an acquire \
             in wait, on the same variable, would order them."
        ),
        _ => format!(
            "The processes are inside one after the other, but what one does there is not visible to \
             the next: {race} A release by the one that leaves and an acquire by the one that enters, \
             on the same variable, would order them."
        ),
    }
}

/// What others do while one starves.
pub(super) const fn others_are_served(rule: Rule, processes: usize) -> &'static str {
    match (rule, processes) {
        (Rule::Buffer { .. }, _) => "others deposit and take",
        (Rule::Messages { .. }, _) => "others send and receive",
        (Rule::Neighbours { .. }, 2) => "the other eats",
        (Rule::Neighbours { .. }, _) => "others eat",
        (_, 2) => "the other enters",
        _ => "others enter",
    }
}

/// The items that are left in a buffer while somebody waits for one, as a sentence.
pub(super) fn left_behind(rule: Rule, events: &[Event]) -> String {
    let Rule::Buffer { capacity } = rule else { return String::new() };
    let mut oracle = Buffer::new(capacity);
    let _ = events.iter().try_for_each(|event| oracle.observe(event));
    let items: Vec<String> = oracle.left_behind().iter().map(u64::to_string).collect();
    match items.as_slice() {
        [] => String::new(),
        [item] => format!(
            " Item {item} was deposited and nobody has taken it: it is lost, or nobody who waits for \
             it is told."
        ),
        items => format!(
            " Items {} were deposited and nobody has taken them: they are lost, or nobody who waits \
             for them is told.",
            items.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::ProcessId;

    #[test]
    fn who_does_not_get_out_is_where_it_was_called_last() {
        let called = |process, service| Event {
            step: 0,
            process: ProcessId::new(process),
            kind: EventKind::Called(service),
        };
        let events = [called(0, Service::Signal(0)), called(1, Service::Wait(0))];
        let only = |process| ProcessSet::only(ProcessId::new(process));
        assert_eq!(exit(&events, only(0)), "in signal");
        assert_eq!(exit(&events, only(2)), "in its exit section");
        assert_eq!(exit(&[called(0, Service::ExitSection)], only(0)), "in its exit section");
    }
}
