//! What the methods of a contract are called with, by the names that the source gives it.

use std::collections::BTreeSet;

use super::receiver::is_word;
use crate::event::Service;
use crate::process::ProcessId;

/// The methods of the contracts that are told about a process, each name once.
const SERVICES: [Service; 16] = [
    Service::EntrySection,
    Service::ExitSection,
    Service::Wait(0),
    Service::Signal(0),
    Service::Enter,
    Service::Leave,
    Service::BroadcastOn(0),
    Service::Deposit(0),
    Service::Take(0),
    Service::StartRead,
    Service::EndRead,
    Service::StartWrite,
    Service::EndWrite,
    Service::PickUp,
    Service::PutDown,
    Service::Increment,
];

/// The expressions in a file whose values are known when a method of the contract runs.
pub(super) struct Parameters {
    /// The number of the calling process: the `ProcessId` parameter, its `index()`, and variables
    /// that are set to one of these.
    pub(super) selves: BTreeSet<String>,
    /// The condition that a monitor is asked for.
    conditions: BTreeSet<String>,
}

impl Parameters {
    pub(super) fn of(text: &str) -> Self {
        let (mut selves, mut conditions) = (BTreeSet::new(), BTreeSet::new());
        for method in SERVICES.map(Service::name) {
            let head = format!("fn {method}(");
            let heads = text.match_indices(&head).map(|(at, _)| at);
            for at in heads.filter(|&at| method.contains('_') || implements_a_trait(&text[..at])) {
                let signature = text[at..].split('{').next().unwrap_or_default();
                if let Some(name) = parameter(signature, ": ProcessId") {
                    selves.insert(format!("{name}.index()"));
                    selves.insert(name);
                }
                conditions.extend(parameter(signature, ": usize"));
            }
        }
        for line in text.lines() {
            if let Some((pattern, value)) =
                line.trim().strip_prefix("let ").and_then(|rest| rest.split_once('='))
                && selves.contains(value.trim().trim_end_matches(';'))
            {
                let name = pattern.split(':').next().unwrap_or_default().trim();
                selves.insert(name.to_owned());
                selves.insert(format!("{name}.index()"));
            }
        }
        Self { selves, conditions }
    }

    /// What `index` is while `process` is in a method of the contract.
    pub(super) fn value(
        &self,
        index: &str,
        process: ProcessId,
        condition: Option<usize>,
    ) -> Option<usize> {
        if self.selves.contains(index) {
            return Some(process.index());
        }
        condition.filter(|_| self.conditions.contains(index))
    }
}

/// The parameter before `typed` in a signature.
fn parameter(signature: &str, typed: &str) -> Option<String> {
    let (before, _) = signature.split_once(typed)?;
    Some(before.rsplit(|c| !is_word(c)).next().unwrap_or_default().to_owned())
}

/// Whether what follows `before` stands in an `impl … for …`. A method of another type may be called
/// `wait` or `signal` as well, and with another process.
fn implements_a_trait(before: &str) -> bool {
    let head = before.lines().rev().find(|line| line.trim_start().starts_with("impl"));
    head.is_some_and(|line| line.contains(" for "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_contract_hands_over_is_known() {
        let source = "impl<G: CriticalSection> MesaMonitor for Monitor<G> {
            fn wait(&self, me: ProcessId, on: usize) {
                let i = me.index();
            }
        }
        impl Slot {
            fn signal(&self, other: ProcessId, number: usize) {}
        }";
        let parameters = Parameters::of(source);
        let value = |index| parameters.value(index, ProcessId::new(2), Some(1));
        for (index, expected) in [("i", Some(2)), ("me.index()", Some(2)), ("on", Some(1))] {
            assert_eq!(value(index), expected, "{index}");
        }
        assert_eq!((value("other"), value("number"), value("j")), (None, None, None));
    }
}
