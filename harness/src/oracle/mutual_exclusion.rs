//! Mutual exclusion: at most one process between the return of its `entry_section` and the call of
//! its `exit_section`.

use std::ops::ControlFlow;

use crate::event::{Event, Observer, Section};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Two processes inside at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Who was inside.
    pub holder: ProcessId,
    /// Who came in as well.
    pub intruder: ProcessId,
    /// Whether the holder was already inside when the intruder asked: the door stood open. If not,
    /// their entry sections overlapped, and they slipped in together.
    pub open_door: bool,
}

/// Watches the doors of the critical section.
///
/// It may have room for several processes: those that hold a permit of a semaphore, say. Whoever waits
/// inside a monitor for a condition is not inside meanwhile.
#[derive(Clone, Debug)]
pub struct MutualExclusion {
    places: usize,
    inside: ProcessSet,
    /// For each process in its entry section: who was inside when it asked and has been since.
    met: [ProcessSet; PROCESSES_MAX],
    overlap: Option<Overlap>,
}

impl Default for MutualExclusion {
    fn default() -> Self {
        Self::new()
    }
}

impl MutualExclusion {
    /// Nobody inside, where there is room for one.
    pub fn new() -> Self {
        Self::with_places(1)
    }

    /// Nobody inside, where there is room for so many.
    pub fn with_places(places: usize) -> Self {
        Self {
            places,
            inside: ProcessSet::EMPTY,
            met: [ProcessSet::EMPTY; PROCESSES_MAX],
            overlap: None,
        }
    }

    /// The first time that there were too many inside.
    pub const fn overlap(&self) -> Option<Overlap> {
        self.overlap
    }

    fn leaves(&mut self, process: ProcessId) {
        self.inside.remove(process);
        for met in &mut self.met {
            met.remove(process);
        }
    }
}

impl Observer for MutualExclusion {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        match event.kind.section() {
            None => {}
            Some(Section::Entry) => {
                self.leaves(process);
                self.met[process.index()] = self.inside;
            }
            Some(Section::Critical) => {
                let met = self.met[process.index()].intersection(self.inside);
                if self.inside.len() >= self.places
                    && let Some(holder) = met.lowest().or_else(|| self.inside.lowest())
                {
                    let open_door = met.len() >= self.places;
                    self.overlap = Some(Overlap { holder, intruder: process, open_door });
                    return ControlFlow::Break(());
                }
                self.inside.insert(process);
            }
            Some(Section::Exit | Section::Remainder) => self.leaves(process),
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::tell;
    use super::*;
    use crate::event::{EventKind, Service};

    fn watch(story: &[(usize, EventKind)]) -> Option<Overlap> {
        let mut oracle = MutualExclusion::new();
        tell(&mut oracle, story.iter().copied());
        oracle.overlap()
    }

    const ENTRY_CALLED: EventKind = EventKind::Called(Service::EntrySection);
    const ENTRY_RETURNED: EventKind = EventKind::Returned(Service::EntrySection);
    const EXIT_CALLED: EventKind = EventKind::Called(Service::ExitSection);
    const EXIT_RETURNED: EventKind = EventKind::Returned(Service::ExitSection);

    #[test]
    fn one_after_the_other_is_no_overlap() {
        let story = [
            (0, ENTRY_CALLED),
            (1, ENTRY_CALLED),
            (0, ENTRY_RETURNED),
            (0, EXIT_CALLED),
            (1, ENTRY_RETURNED),
            (0, EXIT_RETURNED),
        ];
        assert_eq!(watch(&story), None);
    }

    #[test]
    fn those_who_asked_before_anybody_was_inside_slip_in_together() {
        let story =
            [(0, ENTRY_CALLED), (1, ENTRY_CALLED), (0, ENTRY_RETURNED), (1, ENTRY_RETURNED)];
        let overlap = watch(&story).expect("two inside");
        assert_eq!((overlap.holder.index(), overlap.intruder.index()), (0, 1));
        assert!(!overlap.open_door);
    }

    #[test]
    fn who_asks_while_somebody_is_inside_and_gets_in_found_an_open_door() {
        let story =
            [(1, ENTRY_CALLED), (1, ENTRY_RETURNED), (0, ENTRY_CALLED), (0, ENTRY_RETURNED)];
        assert!(watch(&story).expect("two inside").open_door);
    }

    #[test]
    fn with_two_places_the_third_is_too_many() {
        let mut oracle = MutualExclusion::with_places(2);
        let mut tell = |process, kind| {
            let event = Event { step: 0, process: ProcessId::new(process), kind };
            oracle.observe(&event).is_break()
        };
        for process in 0..3 {
            assert!(!tell(process, EventKind::Called(Service::Wait(0))));
        }
        assert!(!tell(0, EventKind::Returned(Service::Wait(0))));
        assert!(!tell(2, EventKind::Returned(Service::Wait(0))));
        assert!(tell(1, EventKind::Returned(Service::Wait(0))));
    }

    #[test]
    fn who_waits_in_a_monitor_is_not_inside() {
        let story = [
            (0, EventKind::Called(Service::Enter)),
            (0, EventKind::Returned(Service::Enter)),
            (0, EventKind::Called(Service::WaitOn(0))),
            (1, EventKind::Called(Service::Enter)),
            (1, EventKind::Returned(Service::Enter)),
        ];
        assert_eq!(watch(&story), None);
        let returns = [&story[..], &[(0, EventKind::Returned(Service::WaitOn(0)))]].concat();
        assert!(watch(&returns).is_some(), "not before the other has left");
    }

    #[test]
    fn an_old_meeting_does_not_count_once_the_holder_has_left() {
        let story = [
            (1, ENTRY_CALLED),
            (1, ENTRY_RETURNED),
            (0, ENTRY_CALLED),
            (1, EXIT_CALLED),
            (1, EXIT_RETURNED),
            (1, ENTRY_CALLED),
            (1, ENTRY_RETURNED),
            (0, ENTRY_RETURNED),
        ];
        assert!(!watch(&story).expect("two inside").open_door);
    }
}
