//! The law of the round table: neighbours never eat together.
//!
//! Dijkstra, "Hierarchical ordering of sequential processes", Acta Informatica 1, 1971.

use std::ops::ControlFlow;

use super::mutual_exclusion::Overlap;
use crate::event::{Event, Observer, Section};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Watches who eats.
#[derive(Clone, Debug)]
pub struct Neighbours {
    places: usize,
    eating: ProcessSet,
    /// For each hungry one: who ate when it asked and has done so since.
    met: [ProcessSet; PROCESSES_MAX],
    overlap: Option<Overlap>,
}

impl Neighbours {
    /// A table with so many places, all of them taken.
    pub const fn new(places: usize) -> Self {
        Self {
            places,
            eating: ProcessSet::EMPTY,
            met: [ProcessSet::EMPTY; PROCESSES_MAX],
            overlap: None,
        }
    }

    /// The first time that neighbours ate together.
    pub const fn overlap(&self) -> Option<Overlap> {
        self.overlap
    }

    /// Who of those who eat sits beside `process`.
    fn beside(&self, process: ProcessId) -> Option<ProcessId> {
        let (index, places) = (process.index(), self.places);
        let is_beside = |other: &ProcessId| {
            let other = other.index();
            other != index && ((other + 1) % places == index || (index + 1) % places == other)
        };
        self.eating.iter().find(is_beside)
    }

    fn stops(&mut self, process: ProcessId) {
        self.eating.remove(process);
        for met in &mut self.met {
            met.remove(process);
        }
    }
}

impl Observer for Neighbours {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        match event.kind.section() {
            None => {}
            Some(Section::Entry) => {
                self.stops(process);
                self.met[process.index()] = self.eating;
            }
            Some(Section::Critical) => {
                if let Some(holder) = self.beside(process) {
                    let open_door = self.met[process.index()].contains(holder);
                    self.overlap = Some(Overlap { holder, intruder: process, open_door });
                    return ControlFlow::Break(());
                }
                self.eating.insert(process);
            }
            Some(Section::Exit | Section::Remainder) => self.stops(process),
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::tell;
    use super::*;
    use crate::event::{EventKind, Service};

    const ASKS: EventKind = EventKind::Called(Service::PickUp);
    const EATS: EventKind = EventKind::Returned(Service::PickUp);
    const STOPS: EventKind = EventKind::Called(Service::PutDown);

    fn watch(places: usize, story: &[(usize, EventKind)]) -> Option<Overlap> {
        let mut oracle = Neighbours::new(places);
        tell(&mut oracle, story.iter().copied());
        oracle.overlap()
    }

    #[test]
    fn neighbours_never_eat_together_others_may() {
        let together = |one, other| [(one, ASKS), (one, EATS), (other, ASKS), (other, EATS)];
        for (places, one, other, allowed) in [
            (2, 0, 1, false),
            (3, 0, 1, false),
            (3, 0, 2, false),
            (3, 2, 1, false),
            (4, 0, 2, true),
            (4, 3, 1, true),
            (4, 3, 0, false),
            (4, 2, 3, false),
            (5, 0, 4, false),
            (5, 4, 1, true),
        ] {
            let overlap = watch(places, &together(one, other));
            assert_eq!(overlap.is_none(), allowed, "{one} and {other} of {places}");
            assert!(overlap.is_none_or(|overlap| overlap.open_door));
        }
    }

    #[test]
    fn one_after_the_other_is_fine() {
        let turns = [(0, ASKS), (1, ASKS), (0, EATS), (0, STOPS), (1, EATS)];
        assert_eq!(watch(2, &turns), None);
        let slipped = [(0, ASKS), (1, ASKS), (0, EATS), (1, EATS)];
        assert!(!watch(2, &slipped).expect("both eat").open_door);
    }
}
