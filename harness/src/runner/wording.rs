//! Words of a witness: those that differ from contract to contract, and those for a rule that is broken.

use super::counted::wrong_count;
use super::{exchanged, mailbox, served};
use crate::engine::{DataRace, Misuse};
use crate::event::{Event, EventKind, Observer as _, Service};
use crate::oracle::{Breach, Buffer, Overlap, Rule};
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::{Situation, is_datum};

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
        Rule::Mailbox { .. } => "what goes with a message",
        Rule::Neighbours { .. } => "a fork",
        Rule::Counter => "the counter",
        Rule::Monitor => "the datum in the monitor",
        Rule::ReadersWriters => "the datum that readers and writers share",
        Rule::Exclusion { .. }
        | Rule::Permits { .. }
        | Rule::Messages { .. }
        | Rule::Requests { .. } => "the datum that the section protects",
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
        Rule::Mailbox { .. } => format!(
            "What a process wrote before it sent its message is not visible to the one that receives it: \
             {race} A release by the one that sends and an acquire by the one that receives, on the \
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
        (Rule::Messages { .. } | Rule::Requests { .. } | Rule::Mailbox { .. }, _) => {
            "others send and receive"
        }
        (Rule::Neighbours { .. }, 2) => "the other eats",
        (Rule::Neighbours { .. }, _) => "others eat",
        (_, 2) => "the other enters",
        _ => "others enter",
    }
}

/// The items that are left in a buffer, or a mailbox, while somebody waits for one, as a sentence.
pub(super) fn left_behind(rule: Rule, events: &[Event]) -> String {
    let capacity = match rule {
        Rule::Buffer { capacity } => capacity,
        Rule::Mailbox { .. } => return mailbox::left_behind(rule, events),
        _ => return String::new(),
    };
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

/// A broken rule: what is written at the end of the drawing, and the reason.
pub(super) fn broken(breach: Breach, situation: &Situation) -> (String, String) {
    match breach {
        Breach::Overlap(Overlap { holder, intruder, .. }) => (
            "too many inside".to_owned(),
            format!("{intruder} is let in while {holder} is inside, and there is no more room."),
        ),
        Breach::WrongCount { value, increments } => wrong_count(value, increments, situation),
        Breach::Mail(fault) => mailbox::broken(fault),
        Breach::Unprompted { process, condition } => (
            "nobody signalled".to_owned(),
            format!(
                "wait(c{condition}) of {process} returns, although nobody called signal or broadcast \
                 on that condition while it waited. A signal for which nobody waits is not \
                 remembered."
            ),
        ),
        Breach::Overfull { process, capacity } => (
            "no room".to_owned(),
            format!(
                "deposit of {process} returns, but the buffer has {} and was full before.",
                if capacity == 1 { "1 place".to_owned() } else { format!("{capacity} places") }
            ),
        ),
        Breach::NeverDeposited { process, item } => (
            "no such item".to_owned(),
            format!("{process} takes item {item}, which nobody has deposited."),
        ),
        Breach::TakenTwice { process, item } => (
            "taken twice".to_owned(),
            format!("{process} takes item {item}, which was taken before."),
        ),
        Breach::Mishap { process, mishap } => exchanged::words(process, mishap),
        Breach::Disservice { process, disservice } => served::words(process, disservice),
        Breach::OutOfOrder { first, second } => (
            "out of order".to_owned(),
            format!(
                "Item {first} was deposited before item {second} was, and yet item {second} is taken \
                 first."
            ),
        ),
        Breach::NoPermit { process, semaphore, initial, signals, waits } => (
            "no permit".to_owned(),
            format!(
                "wait(s{semaphore}) of {process} returns, but there is no permit: the semaphore began \
                 with {initial}, signal was called {}, and with this one wait has returned {}.",
                times(signals),
                times(waits)
            ),
        ),
    }
}

/// `never`, `once`, `3 times`.
pub(super) fn times(count: u32) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

pub(super) fn wait(who: ProcessSet) -> String {
    list(who, "waits", "wait")
}

/// `P0 waits`, `P0 and P1 wait`, `P0, P1 and P2 wait`.
pub(super) fn list(who: ProcessSet, one: &str, many: &str) -> String {
    let names: Vec<String> = who.iter().map(|process: ProcessId| process.to_string()).collect();
    match names.as_slice() {
        [] => format!("nobody {one}"),
        [only] => format!("{only} {one}"),
        [first @ .., last] => format!("{} and {last} {many}", first.join(", ")),
    }
}

pub(super) fn raced(race: &DataRace, rule: Rule) -> String {
    let verb = |writes| if writes { "writes" } else { "reads" };
    let past = |wrote| if wrote { "wrote" } else { "read" };
    let what = if is_datum(race.site) {
        datum(rule).to_owned()
    } else {
        let file = race.site.file().rsplit(['/', '\\']).next().unwrap_or_default();
        format!("the cell at {file}:{}", race.site.line())
    };
    format!(
        "{} {} {what}, which {} {}, and nothing orders the two: a data race.",
        race.process,
        verb(race.writes),
        race.other,
        past(race.other_writes)
    )
}

pub(super) fn misused(misuse: &Misuse) -> String {
    let Misuse { process, holder, site } = misuse;
    let file = site.file().rsplit(['/', '\\']).next().unwrap_or_default();
    let holder = holder.map_or_else(|| "nobody is".to_owned(), |holder| format!("{holder} is"));
    format!("{process} leaves the guard at {file}:{}, but {holder} in it.", site.line())
}

#[cfg(test)]
mod tests {
    use super::*;

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
