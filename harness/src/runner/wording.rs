//! Words of a witness that differ from contract to contract.

use crate::event::{Event, EventKind, Service};
use crate::oracle::Rule;
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

/// What is wrong when the rule holds and yet there is a race for the datum that it protects.
pub(super) fn not_visible(rule: Rule, race: &str) -> String {
    if matches!(rule, Rule::Permits { .. }) {
        return format!(
            "Permits are given and taken as they should be, but what was done before a signal is not \
             visible after the wait that took its permit: {race} A release in signal and an acquire \
             in wait, on the same variable, would order them."
        );
    }
    format!(
        "The processes are inside one after the other, but what one does there is not visible to the \
         next: {race} A release by the one that leaves and an acquire by the one that enters, on the \
         same variable, would order them."
    )
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
