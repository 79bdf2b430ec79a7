//! One event in the words of the source: `flag[1].load(SeqCst) → false`.

use super::names::Names;
use crate::event::{
    Access, AccessKind, Collected, EventKind, LocationId, Progress, Received, Sent, Service,
    blocking,
};

/// What the process did, and what came of it.
pub(super) fn describe(kind: &EventKind, names: &Names) -> String {
    match kind {
        EventKind::Called(service) => format!("calls {}", call(*service)),
        EventKind::Returned(Service::EntrySection) => "enters its critical section".to_owned(),
        EventKind::Returned(Service::ExitSection) => "is back in its remainder section".to_owned(),
        EventKind::Returned(Service::Value(value)) => format!("value returns {value}"),
        EventKind::Returned(Service::Take(item)) => format!("take returns {item}"),
        EventKind::Returned(
            Service::Prepare(Some(errno))
            | Service::Open(Some(errno))
            | Service::Begin(Some(errno))
            | Service::SendRecord(_, Some(errno))
            | Service::End(Some(errno))
            | Service::Listen(Some(errno))
            | Service::Serve(Some(errno))
            | Service::Connect(Some(errno))
            | Service::Finish(Some(errno)),
        ) => format!("fails: {errno}"),
        EventKind::Returned(Service::ReceiveRecord(received)) => match received {
            Collected::Asked => "receive returns".to_owned(),
            Collected::Message(id) => format!("receive returns {id}"),
            Collected::Damaged(damage) => format!("receive returns {} bytes", damage.length),
            Collected::End => "receive returns the end".to_owned(),
            Collected::Failed(errno) => format!("receive fails: {errno}"),
        },
        EventKind::Returned(Service::Answer(Collected::Message(id))) => {
            format!("answer returns {}", id.answer())
        }
        EventKind::SystemCall(call) => match call.progress {
            Progress::Returned(answer) => format!("{} = {answer}", call.call),
            Progress::Waits => format!("{} waits", call.call),
            Progress::Interrupted => format!("{} is interrupted", call.call),
            // To end is what this call is for.
            Progress::Died if call.call.as_str().starts_with("exit(") => call.call.to_string(),
            Progress::Died => format!("dies in {}", call.call),
        },
        EventKind::Handler { signal, .. } => format!("handles {signal}"),
        EventKind::Handled { signal } => format!("its handler of {signal} returns"),
        EventKind::Died { .. } => "is dead".to_owned(),
        EventKind::Returned(service) => match outcome(*service) {
            Some(outcome) => format!("{} returns {outcome}", call(*service)),
            None => format!("{} returns", call(*service)),
        },
        EventKind::Finished => "rests in its remainder section for ever".to_owned(),
        EventKind::Access(access) => describe_access(access, names),
        EventKind::Fence(ordering, _) => format!("fence({ordering:?})"),
        EventKind::Pause(_) => "pauses".to_owned(),
        EventKind::Sleep { spurious: true, .. } => "wakes up by itself".to_owned(),
        EventKind::Sleep { spurious: false, .. } => "goes to sleep".to_owned(),
    }
}

/// A call of a service: `entry_section`, `wait(s1)`, `deposit(7)`.
pub(super) fn call(service: Service) -> String {
    let name = service.name();
    match service {
        Service::Wait(number) | Service::Signal(number) => format!("{name}(s{number})"),
        Service::WaitOn(number) | Service::SignalOn(number) | Service::BroadcastOn(number) => {
            format!("{name}(c{number})")
        }
        Service::Deposit(item) => format!("{name}({item})"),
        Service::SendRecord(id, _) | Service::Answer(Collected::Message(id)) => {
            format!("{name}({id})")
        }
        Service::Answer(Collected::Damaged(damage)) => format!("{name}({} bytes)", damage.length),
        Service::Send(message, _) | Service::TrySend(message, _) => {
            // From whom it is the column says.
            let to = message.to.map_or_else(String::new, |to| format!(" to {to}"));
            let priority = match message.priority {
                0 => String::new(),
                priority => format!(", priority {priority}"),
            };
            format!("{name}({}{to}{priority})", message.body)
        }
        Service::Receive(from, _) | Service::TryReceive(from, _) | Service::Arrived(from, _) => {
            let from = from.map_or_else(String::new, |from| format!("from {from}"));
            format!("{name}({from})")
        }
        _ => name.to_owned(),
    }
}

/// What a call of a mailbox came to, where there is more to say than that it is over.
fn outcome(service: Service) -> Option<String> {
    match service {
        Service::Send(_, sent) | Service::TrySend(_, sent) => match sent {
            Sent::Pending | Sent::Done => None,
            Sent::Full => Some("Full".to_owned()),
            Sent::Closed => Some("Closed".to_owned()),
        },
        Service::Receive(_, received) | Service::TryReceive(_, received) => match received {
            Received::Pending => None,
            Received::Message(message) => Some(message.to_string()),
            Received::Empty => Some("Empty".to_owned()),
            Received::Closed => Some("Closed".to_owned()),
        },
        Service::Arrived(_, answer) => answer.map(|answer| answer.to_string()),
        _ => None,
    }
}

/// An access of a primitive that blocks.
fn describe_blocking(access: &Access, names: &Names) -> Option<String> {
    use blocking::{
        CONDITION_JOIN, CONDITION_LOOK, CONDITION_PICK, CONDITION_WAIT, CONDITION_WAKE, FUTEX_LOOK,
        FUTEX_RING, FUTEX_SLEEP, FUTEX_WAIT, FUTEX_WAKE, FUTEX_WOKEN, GUARD_ENTER, GUARD_LEAVE,
        PARK, PERMITS_SIGNAL, PERMITS_WAIT, UNPARK,
    };
    let took = access.written.is_some();
    Some(match access.method {
        PARK if took => "park() takes its token".to_owned(),
        UNPARK => format!("unpark({})", names.location(access.location)),
        FUTEX_LOOK => "futex_wait looks at the queue".to_owned(),
        FUTEX_WAIT => format!(
            "futex_wait({}, …) finds {}",
            names.location(access.location),
            access.value_type.show(access.read?)
        ),
        FUTEX_SLEEP if took => "futex_wait falls asleep".to_owned(),
        FUTEX_SLEEP => "futex_wait looks again".to_owned(),
        FUTEX_WOKEN if took => "futex_wait is woken".to_owned(),
        FUTEX_WAKE => "futex_wake(…)".to_owned(),
        FUTEX_RING => format!("futex_wake wakes {}", names.location(access.location)),
        GUARD_ENTER if took => format!("enters {}", guard(access.location, names)),
        GUARD_LEAVE => format!("leaves {}", guard(access.location, names)),
        PERMITS_WAIT if took => {
            format!("takes {}, {} left", permit(access.location, names), access.written?)
        }
        PERMITS_SIGNAL => {
            format!("gives {}, {} now", permit(access.location, names), access.written?)
        }
        CONDITION_LOOK => {
            // Above 32 bits is a version.
            let who = if access.read? as u32 == 0 { "nobody" } else { "somebody" };
            format!("{who} waits on {}", condition(access.location, names))
        }
        CONDITION_JOIN => {
            format!("joins those who wait on {}", condition(access.location, names))
        }
        CONDITION_PICK => format!("picks whom to wake on {}", condition(access.location, names)),
        CONDITION_WAIT if took => "is woken on the condition".to_owned(),
        CONDITION_WAKE => format!("wakes {} on the condition", names.location(access.location)),
        PARK | FUTEX_WOKEN | GUARD_ENTER | PERMITS_WAIT | CONDITION_WAIT => "sleeps".to_owned(),
        _ => return None,
    })
}

/// `the guard`, `the guard room` if it is called so.
pub(crate) fn guard(location: LocationId, names: &Names) -> String {
    match names.name(location) {
        None | Some("guard") => "the guard".to_owned(),
        Some(name) => format!("the guard {name}"),
    }
}

/// `the condition`, `the condition not_full` if it is called so.
fn condition(location: LocationId, names: &Names) -> String {
    match names.name(location) {
        None | Some("condition") => "the condition".to_owned(),
        Some(name) => format!("the condition {name}"),
    }
}

/// `a permit`, `a permit of forks[1]`.
pub(crate) fn permit(location: LocationId, names: &Names) -> String {
    names.name(location).map_or_else(|| "a permit".to_owned(), |name| format!("a permit of {name}"))
}

fn describe_access(access: &Access, names: &Names) -> String {
    if let Some(text) = describe_blocking(access, names) {
        return text;
    }
    let name = names.location(access.location);
    let method = access.method;
    let show = |value: Option<u64>| value.map(|value| access.value_type.show(value));
    let read = show(access.read).unwrap_or_default();
    let written = show(access.written).unwrap_or_default();
    let ordering = access.ordering.map(|ordering| format!("{ordering:?}")).unwrap_or_default();
    match access.kind {
        AccessKind::Load if method.starts_with("compare_exchange") => {
            format!("{name}.{method}(…) → Err({read})")
        }
        AccessKind::Load if method.starts_with("fetch_update") || method == "try_update" => {
            format!("{name}.{method}(…) → Err({read})")
        }
        AccessKind::Load => format!("{name}.{method}({ordering}) → {read}"),
        AccessKind::Store => format!("{name}.{method}({written}, {ordering})"),
        AccessKind::ReadModifyWrite => match method {
            "swap" => format!("{name}.swap({written}, {ordering}) → {read}"),
            "compare_exchange" | "compare_exchange_weak" => {
                format!("{name}.{method}({read}, {written}, {ordering}, …) → Ok({read})")
            }
            "fetch_add" | "fetch_sub" => match operand(access) {
                Some(operand) => format!("{name}.{method}({operand}, {ordering}) → {read}"),
                None => format!("{name}.{method}(…, {ordering}) → {read}, now {written}"),
            },
            _ => format!("{name}.{method}(…, {ordering}) → {read}, now {written}"),
        },
        AccessKind::PlainRead if access.read.is_some() => format!("{name}.{method}() → {read}"),
        AccessKind::PlainRead => format!("{name}.{method}()"),
        AccessKind::PlainWrite => format!("{name}.{method}({written})"),
    }
}

/// What was added or subtracted, unless the value wrapped around.
fn operand(access: &Access) -> Option<u64> {
    let (read, written) = (access.read?, access.written?);
    match access.method {
        "fetch_add" => written.checked_sub(read),
        _ => read.checked_sub(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LocationId, ValueType};
    use std::panic::Location;
    use std::sync::atomic::Ordering;

    #[test]
    fn every_operation_reads_as_in_the_source() {
        use AccessKind::{Load, PlainRead, PlainWrite, ReadModifyWrite as Rmw, Store};
        use ValueType::{Bool, Signed, Unsigned};
        let minus_one = Some(u64::MAX);
        #[rustfmt::skip]
        let cases = [
            (Load, "load", Bool, Some(1), None, "x3.load(Acquire) → true"),
            (Load, "compare_exchange_weak", Bool, Some(1), None, "x3.compare_exchange_weak(…) → Err(true)"),
            (Load, "try_update", Unsigned, Some(4), None, "x3.try_update(…) → Err(4)"),
            (Store, "store", Signed, None, minus_one, "x3.store(-1, Acquire)"),
            (Rmw, "swap", Bool, Some(0), Some(1), "x3.swap(true, Acquire) → false"),
            (Rmw, "compare_exchange", Bool, Some(0), Some(1), "x3.compare_exchange(false, true, Acquire, …) → Ok(false)"),
            (Rmw, "fetch_add", Unsigned, Some(4), Some(6), "x3.fetch_add(2, Acquire) → 4"),
            (Rmw, "fetch_sub", Unsigned, Some(4), Some(3), "x3.fetch_sub(1, Acquire) → 4"),
            (Rmw, "fetch_add", Unsigned, Some(255), Some(0), "x3.fetch_add(…, Acquire) → 255, now 0"),
            (Rmw, "fetch_or", Bool, Some(0), Some(1), "x3.fetch_or(…, Acquire) → false, now true"),
            (PlainRead, "get", Unsigned, Some(7), None, "x3.get() → 7"),
            (PlainRead, "with", Unsigned, None, None, "x3.with()"),
            (PlainWrite, "set", Unsigned, None, Some(7), "x3.set(7)"),
        ];
        for (kind, method, value_type, read, written, expected) in cases {
            let access = Access {
                kind,
                method,
                site: Location::caller(),
                location: LocationId(3),
                value_type,
                ordering: Some(Ordering::Acquire),
                read,
                written,
                reads_from: None,
                write: None,
                stale_by: 0,
                spurious: false,
            };
            assert_eq!(describe(&EventKind::Access(access), &Names::plain()), expected);
        }
    }
}
