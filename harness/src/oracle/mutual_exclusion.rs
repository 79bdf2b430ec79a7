//! Mutual exclusion: at most one process between the return of its `entry_section` and the call of
//! its `exit_section`.

use std::ops::ControlFlow;

use crate::event::{Event, EventKind, Observer};
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
#[derive(Clone, Debug, Default)]
pub struct MutualExclusion {
    inside: ProcessSet,
    /// For each process in its entry section: who was inside when it asked and has been since.
    met: [ProcessSet; PROCESSES_MAX],
    overlap: Option<Overlap>,
}

impl MutualExclusion {
    /// Nobody inside.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first overlap that was seen.
    pub const fn overlap(&self) -> Option<Overlap> {
        self.overlap
    }
}

impl Observer for MutualExclusion {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        match event.kind {
            EventKind::EntryCalled => self.met[process.index()] = self.inside,
            EventKind::EntryReturned => {
                let met = self.met[process.index()].intersection(self.inside);
                if let Some(holder) = met.lowest().or_else(|| self.inside.lowest()) {
                    let open_door = !met.is_empty();
                    self.overlap = Some(Overlap { holder, intruder: process, open_door });
                    return ControlFlow::Break(());
                }
                self.inside.insert(process);
            }
            EventKind::ExitCalled => {
                self.inside.remove(process);
                for met in &mut self.met {
                    met.remove(process);
                }
            }
            EventKind::ExitReturned
            | EventKind::Finished
            | EventKind::Access(_)
            | EventKind::Fence(..)
            | EventKind::Pause(_) => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(story: &[(usize, EventKind)]) -> Option<Overlap> {
        let mut oracle = MutualExclusion::new();
        for &(process, kind) in story {
            let event = Event { step: 0, process: ProcessId::new(process), kind };
            if oracle.observe(&event).is_break() {
                break;
            }
        }
        oracle.overlap()
    }

    use EventKind::{EntryCalled, EntryReturned, ExitCalled, ExitReturned};

    #[test]
    fn one_after_the_other_is_no_overlap() {
        let story = [
            (0, EntryCalled),
            (1, EntryCalled),
            (0, EntryReturned),
            (0, ExitCalled),
            (1, EntryReturned),
            (0, ExitReturned),
        ];
        assert_eq!(watch(&story), None);
    }

    #[test]
    fn those_who_asked_before_anybody_was_inside_slip_in_together() {
        let story = [(0, EntryCalled), (1, EntryCalled), (0, EntryReturned), (1, EntryReturned)];
        let overlap = watch(&story).expect("two inside");
        assert_eq!((overlap.holder.index(), overlap.intruder.index()), (0, 1));
        assert!(!overlap.open_door);
    }

    #[test]
    fn who_asks_while_somebody_is_inside_and_gets_in_found_an_open_door() {
        let story = [(1, EntryCalled), (1, EntryReturned), (0, EntryCalled), (0, EntryReturned)];
        assert!(watch(&story).expect("two inside").open_door);
    }

    #[test]
    fn an_old_meeting_does_not_count_once_the_holder_has_left() {
        let story = [
            (1, EntryCalled),
            (1, EntryReturned),
            (0, EntryCalled),
            (1, ExitCalled),
            (1, ExitReturned),
            (1, EntryCalled),
            (1, EntryReturned),
            (0, EntryReturned),
        ];
        assert!(!watch(&story).expect("two inside").open_door);
    }
}
