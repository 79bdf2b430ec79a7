//! Monitors: one process is active inside, and nobody's `wait` on a condition returns unless somebody
//! signalled it meanwhile.
//!
//! The second is told in time, not in causes: a call of `signal` or `broadcast` on the same condition
//! overlaps the call of `wait`. One signal may so explain that several return, as POSIX allows it. A
//! process that ever woke up spuriously is excused from then on: a token that came for it later may
//! still be there.

use std::ops::ControlFlow;

use super::mutual_exclusion::MutualExclusion;
use super::safety::Breach;
use crate::event::{Event, EventKind, Observer, Service};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Watches a monitor with its conditions.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    exclusion: MutualExclusion,
    /// By process: the condition on which it waits.
    waits: [Option<u8>; PROCESSES_MAX],
    /// By process: the condition that it is signalling.
    signals: [Option<u8>; PROCESSES_MAX],
    /// Whose `wait` may return.
    prompted: ProcessSet,
    /// Who woke up by itself at some time.
    woke_up: ProcessSet,
    breach: Option<Breach>,
}

impl Monitor {
    /// Nobody inside, nobody waits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first breach.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }

    fn broken(&mut self, breach: Breach) -> ControlFlow<()> {
        self.breach = Some(breach);
        ControlFlow::Break(())
    }
}

impl Observer for Monitor {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        if self.exclusion.observe(event).is_break()
            && let Some(overlap) = self.exclusion.overlap()
        {
            return self.broken(Breach::Overlap(overlap));
        }
        match event.kind {
            EventKind::Called(Service::WaitOn(condition)) => {
                self.waits[process.index()] = Some(condition);
                if self.signals.contains(&Some(condition)) {
                    self.prompted.insert(process);
                } else {
                    self.prompted.remove(process);
                }
            }
            EventKind::Called(Service::SignalOn(condition) | Service::BroadcastOn(condition)) => {
                self.signals[process.index()] = Some(condition);
                for waiting in ProcessId::all(PROCESSES_MAX) {
                    if self.waits[waiting.index()] == Some(condition) {
                        self.prompted.insert(waiting);
                    }
                }
            }
            EventKind::Returned(Service::SignalOn(_) | Service::BroadcastOn(_)) => {
                self.signals[process.index()] = None;
            }
            EventKind::Returned(Service::WaitOn(condition)) => {
                self.waits[process.index()] = None;
                if !self.prompted.contains(process) && !self.woke_up.contains(process) {
                    return self.broken(Breach::Unprompted { process, condition });
                }
            }
            EventKind::Sleep { spurious: true, .. } => self.woke_up.insert(process),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::super::story::tell;
    use super::*;

    fn watch(story: &[(usize, EventKind)]) -> Option<Breach> {
        let mut oracle = Monitor::new();
        tell(&mut oracle, story.iter().copied());
        oracle.breach()
    }

    const ENTER: [EventKind; 2] =
        [EventKind::Called(Service::Enter), EventKind::Returned(Service::Enter)];
    const LEAVE: [EventKind; 2] =
        [EventKind::Called(Service::Leave), EventKind::Returned(Service::Leave)];
    const WAITS: EventKind = EventKind::Called(Service::WaitOn(1));
    const RETURNS: EventKind = EventKind::Returned(Service::WaitOn(1));

    const fn signal(condition: u8) -> [EventKind; 2] {
        let service = Service::SignalOn(condition);
        [EventKind::Called(service), EventKind::Returned(service)]
    }

    const fn broadcast(condition: u8) -> [EventKind; 2] {
        let service = Service::BroadcastOn(condition);
        [EventKind::Called(service), EventKind::Returned(service)]
    }

    /// What each process does, one after the other.
    fn story(parts: &[(usize, &[EventKind])]) -> Vec<(usize, EventKind)> {
        let part = |&(process, kinds): &(usize, &[EventKind])| {
            kinds.iter().map(|&kind| (process, kind)).collect::<Vec<_>>()
        };
        parts.iter().flat_map(part).collect()
    }

    #[test]
    fn who_was_signalled_returns_once_the_other_has_left() {
        let told = story(&[
            (0, &ENTER),
            (0, &[WAITS]),
            (1, &ENTER),
            (1, &signal(1)),
            (1, &LEAVE),
            (0, &[RETURNS]),
            (0, &LEAVE),
        ]);
        assert_eq!(watch(&told), None);
        let too_soon =
            story(&[(0, &ENTER), (0, &[WAITS]), (1, &ENTER), (1, &signal(1)), (0, &[RETURNS])]);
        assert!(matches!(watch(&too_soon), Some(Breach::Overlap(_))));
    }

    #[test]
    fn one_signal_may_wake_two_and_so_may_a_broadcast() {
        for wake in [signal(1), broadcast(1)] {
            let told = story(&[
                (0, &ENTER),
                (0, &[WAITS]),
                (1, &ENTER),
                (1, &[WAITS]),
                (2, &ENTER),
                (2, &wake),
                (2, &LEAVE),
                (1, &[RETURNS]),
                (1, &LEAVE),
                (0, &[RETURNS]),
            ]);
            assert_eq!(watch(&told), None);
        }
    }

    #[test]
    fn a_signal_from_before_is_no_signal() {
        let told = story(&[
            (1, &ENTER),
            (1, &signal(1)),
            (1, &LEAVE),
            (0, &ENTER),
            (0, &[WAITS, RETURNS]),
        ]);
        let breach = Breach::Unprompted { process: ProcessId::new(0), condition: 1 };
        assert_eq!(watch(&told), Some(breach));
    }

    #[test]
    fn a_signal_serves_one_wait_and_not_the_next() {
        let told = story(&[
            (0, &ENTER),
            (0, &[WAITS]),
            (1, &ENTER),
            (1, &signal(1)),
            (1, &LEAVE),
            (0, &[RETURNS, WAITS, RETURNS]),
        ]);
        assert!(matches!(watch(&told), Some(Breach::Unprompted { .. })));
    }

    #[test]
    fn a_signal_on_another_condition_is_none() {
        let told = story(&[
            (0, &ENTER),
            (0, &[WAITS]),
            (1, &ENTER),
            (1, &signal(0)),
            (1, &broadcast(2)),
            (1, &LEAVE),
            (0, &[RETURNS]),
        ]);
        assert!(matches!(watch(&told), Some(Breach::Unprompted { condition: 1, .. })));
    }

    #[test]
    fn a_signal_that_is_still_going_on_counts() {
        let told = story(&[
            (1, &ENTER),
            (1, &[EventKind::Called(Service::SignalOn(1))]),
            (0, &[WAITS]),
            (1, &[EventKind::Returned(Service::SignalOn(1))]),
            (1, &LEAVE),
            (0, &[RETURNS]),
        ]);
        assert_eq!(watch(&told), None);
    }

    #[test]
    fn who_wakes_up_by_itself_is_excused() {
        let sleep = |spurious| EventKind::Sleep { site: Location::caller(), spurious };
        let told = |spurious| story(&[(0, &ENTER), (0, &[WAITS, sleep(spurious), RETURNS])]);
        assert_eq!(watch(&told(true)), None);
        assert!(watch(&told(false)).is_some());
        let another = story(&[(0, &ENTER), (0, &[WAITS]), (1, &[sleep(true)]), (0, &[RETURNS])]);
        assert!(watch(&another).is_some(), "it was another one that woke up");
        let before = story(&[(0, &[sleep(true)]), (0, &ENTER), (0, &[WAITS, RETURNS])]);
        assert_eq!(watch(&before), None, "its token may have come afterwards");
    }
}
