//! Sleepers at the end of an execution, in words: what each of them sleeps for, since which line, who
//! woke it last, and who could have woken it.

use std::collections::BTreeMap;

use crate::engine::{Cause, Waitable, Wanted};
use crate::event::{Access, Event, EventKind, LocationId, Phase, Site, blocking};
use crate::process::ProcessId;
use crate::trace::Names;
use crate::trace::operation::{guard, permit};

/// What is needed to tell it.
pub(super) struct Tale<'a> {
    pub(super) events: &'a [Event],
    pub(super) names: &'a Names,
    pub(super) waitables: &'a [(Waitable, LocationId)],
}

impl Tale<'_> {
    /// What `process` sleeps for.
    pub(super) fn of(&self, process: ProcessId, wanted: &Wanted) -> String {
        let place = place(wanted.site);
        match wanted.cause {
            Cause::Park => {
                format!("{process} sleeps in park() at {place}; {}", self.wakes(process, "unpark"))
            }
            Cause::Futex(word) => format!(
                "{process} sleeps in futex_wait({}) at {place}; {}",
                self.names.location(word),
                self.wakes(process, "futex_wake")
            ),
            Cause::Condition => format!(
                "{process} sleeps on a condition at {place}; {}",
                self.wakes(process, "signal")
            ),
            Cause::Guard => {
                let guard = guard(wanted.location, self.names);
                match wanted.holder {
                    Some(holder) if holder == process => {
                        format!("{process} waits at {place} for {guard}, in which it is itself.")
                    }
                    Some(holder) => format!(
                        "{process} waits at {place} for {guard}, in which {holder} is{}: only {holder} \
                         could let it in.",
                        self.since(holder, wanted.location, blocking::GUARD_ENTER)
                    ),
                    None => format!("{process} waits at {place} for {guard}."),
                }
            }
            Cause::Permit => format!(
                "{process} waits at {place} for {}; {}",
                permit(wanted.location, self.names),
                self.permits(process, wanted.location)
            ),
        }
    }

    /// Where `process` took last what is at `location`: ` since step 2 (line 13)`.
    fn since(&self, process: ProcessId, location: LocationId, method: &str) -> String {
        let took = self.events.iter().rev().find_map(|event| match event.kind {
            EventKind::Access(access)
                if event.process == process
                    && access.location == location
                    && access.method == method
                    && access.written.is_some() =>
            {
                Some((event.step + 1, access.site.line()))
            }
            _ => None,
        });
        took.map_or_else(String::new, |(step, line)| format!(" since step {step} (line {line})"))
    }

    /// Who has the permits for which `process` waits, and what would let it go on.
    fn permits(&self, process: ProcessId, location: LocationId) -> String {
        let mut held: BTreeMap<ProcessId, i64> = BTreeMap::new();
        for event in self.events {
            if let EventKind::Access(access) = event.kind
                && access.location == location
                && access.written.is_some()
            {
                let change = match access.method {
                    blocking::PERMITS_WAIT => 1,
                    blocking::PERMITS_SIGNAL => -1,
                    _ => 0,
                };
                *held.entry(event.process).or_default() += change;
            }
        }
        let holders: Vec<String> = held
            .into_iter()
            .filter(|(_, permits)| *permits > 0)
            .map(|(holder, _)| {
                let since = self.since(holder, location, blocking::PERMITS_WAIT);
                let who = if holder == process { "it".to_owned() } else { holder.to_string() };
                format!("{who} has one{since}")
            })
            .collect();
        let holders = if holders.is_empty() {
            "nobody has taken one that was not given back".to_owned()
        } else {
            holders.join(", ")
        };
        format!("{holders}: any signal of it would let {process} go on.")
    }

    /// Who woke `process`, and who could have, since it last asked for something.
    fn wakes(&self, process: ProcessId, call: &str) -> String {
        let asked = |event: &Event| event.process == process && event.kind.is_request();
        let since = self.events.iter().rposition(asked).unwrap_or(0);
        let events = &self.events[since..];
        let last = events.iter().rev().find_map(|event| match event.kind {
            EventKind::Access(access)
                if blocking::wakes(access.method) && self.woken(&access) == Some(process) =>
            {
                Some((event, access))
            }
            _ => None,
        });
        if let Some((event, access)) = last {
            return format!(
                "the last {call} for it is step {}, by {}, at line {}.",
                event.step + 1,
                event.process,
                access.site.line()
            );
        }
        let releases = events.iter().rev().filter(|event| event.process != process);
        let mut could = releases.filter_map(|Event { step, process: by, kind }| match kind {
            EventKind::Returned(it) if it.phase() == Phase::Releases => {
                Some(format!("{by} could have woken it, in its {} up to step {step}", it.name()))
            }
            EventKind::Called(it) if it.phase() == Phase::Releases => {
                Some(format!("{by} could have woken it, in its {} after step {step}", it.name()))
            }
            _ => None,
        });
        match could.next() {
            Some(could) => format!("no {call} is meant for it: {could}."),
            None => format!("no {call} is meant for it."),
        }
    }

    /// Whom an access wakes.
    fn woken(&self, access: &Access) -> Option<ProcessId> {
        let owner = self.waitables.iter().find(|(_, location)| *location == access.location)?;
        match owner.0 {
            Waitable::Token(process) | Waitable::Alarm(process) => Some(process),
            Waitable::Queue(_) => None,
        }
    }
}

/// `lib.rs:31`.
fn place(site: Site) -> String {
    let file = site.file().rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{file}:{}", site.line())
}
