//! What the words of a witness call things, by the rule that is watched: sections, items, forks.

use crate::event::{Event, Observer as _};
use crate::oracle::{Buffer, Rule};

/// The datum of a scenario that is not atomic.
pub(super) const fn datum(rule: Rule) -> &'static str {
    match rule {
        Rule::Buffer { .. } => "what goes with an item",
        Rule::Neighbours { .. } => "a fork",
        Rule::Exclusion { .. } | Rule::Permits { .. } => "the datum that the section protects",
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
