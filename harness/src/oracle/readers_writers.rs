//! Readers and writers: whoever writes is alone; readers may be together.
//!
//! Courtois, Heymans, Parnas, "Concurrent control with readers and writers", CACM 14(10), 1971.

use std::ops::ControlFlow;

use super::mutual_exclusion::Overlap;
use crate::event::{Event, EventKind, Observer, Section, Service};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Watches the door of a lock for readers and writers.
#[derive(Clone, Debug)]
pub struct ReadersWriters {
    readers: ProcessSet,
    writers: ProcessSet,
    /// For each process that waits: who was inside when it asked and has been since.
    met: [ProcessSet; PROCESSES_MAX],
    overlap: Option<Overlap>,
}

impl Default for ReadersWriters {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadersWriters {
    /// Nobody inside.
    pub const fn new() -> Self {
        Self {
            readers: ProcessSet::EMPTY,
            writers: ProcessSet::EMPTY,
            met: [ProcessSet::EMPTY; PROCESSES_MAX],
            overlap: None,
        }
    }

    /// The first time that somebody was inside together with a writer.
    pub const fn overlap(&self) -> Option<Overlap> {
        self.overlap
    }

    fn leaves(&mut self, process: ProcessId) {
        self.readers.remove(process);
        self.writers.remove(process);
        for met in &mut self.met {
            met.remove(process);
        }
    }

    /// Those inside with whom a newcomer may not be.
    fn foes(&self, service: Service) -> ProcessSet {
        match service {
            Service::StartRead => self.writers,
            _ => self.writers.union(self.readers),
        }
    }
}

impl Observer for ReadersWriters {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        if let EventKind::Returned(service @ (Service::StartRead | Service::StartWrite)) =
            event.kind
        {
            let foes = self.foes(service);
            let met = self.met[process.index()].intersection(foes);
            if let Some(holder) = met.lowest().or_else(|| foes.lowest()) {
                let open_door = !met.is_empty();
                self.overlap = Some(Overlap { holder, intruder: process, open_door });
                return ControlFlow::Break(());
            }
            match service {
                Service::StartRead => self.readers.insert(process),
                _ => self.writers.insert(process),
            }
        } else if let Some(section) = event.kind.section() {
            self.leaves(process);
            if section == Section::Entry {
                self.met[process.index()] = self.readers.union(self.writers);
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::tell;
    use super::*;

    fn watch(story: &[(usize, Service, bool)]) -> Option<Overlap> {
        let mut oracle = ReadersWriters::new();
        let kind = |returned| if returned { EventKind::Returned } else { EventKind::Called };
        let story = story.iter().map(|&(who, service, returned)| (who, kind(returned)(service)));
        tell(&mut oracle, story);
        oracle.overlap()
    }

    const CALLED: bool = false;
    const RETURNED: bool = true;

    /// Calls and returns.
    const fn call(process: usize, service: Service) -> [(usize, Service, bool); 2] {
        [(process, service, CALLED), (process, service, RETURNED)]
    }

    #[test]
    fn readers_may_be_together_and_a_writer_alone() {
        let read = [call(0, Service::StartRead), call(1, Service::StartRead)].concat();
        assert_eq!(watch(&read), None);
        let leave = [call(0, Service::EndRead), call(1, Service::EndRead)].concat();
        let write = call(1, Service::StartWrite);
        assert_eq!(watch(&[&read[..], &leave, &write].concat()), None);
        let one = [&read[..], &leave[..2], &call(2, Service::StartWrite)].concat();
        assert_eq!(watch(&one).map(|found| found.holder.index()), Some(1), "one still reads");
    }

    #[test]
    fn nobody_is_inside_with_a_writer() {
        for second in [Service::StartRead, Service::StartWrite] {
            let story = [call(0, Service::StartWrite), call(1, second)].concat();
            let overlap = watch(&story).expect("together with a writer");
            assert_eq!((overlap.holder.index(), overlap.intruder.index()), (0, 1));
            assert!(overlap.open_door);
        }
    }

    #[test]
    fn those_who_asked_at_the_same_time_slip_in_together() {
        let story = [
            (0, Service::StartRead, CALLED),
            (1, Service::StartWrite, CALLED),
            (0, Service::StartRead, RETURNED),
            (1, Service::StartWrite, RETURNED),
        ];
        assert!(!watch(&story).expect("a reader with a writer").open_door);
    }

    #[test]
    fn who_leaves_is_gone_when_it_calls() {
        let story = [
            (0, Service::StartWrite, CALLED),
            (0, Service::StartWrite, RETURNED),
            (1, Service::StartRead, CALLED),
            (0, Service::EndWrite, CALLED),
            (1, Service::StartRead, RETURNED),
        ];
        assert_eq!(watch(&story), None);
    }
}
