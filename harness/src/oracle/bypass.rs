//! Bypass: how often do others enter while a process waits?

use std::ops::ControlFlow;

use crate::event::{Event, Observer};
use crate::process::{PROCESSES_MAX, ProcessId};

/// Counts, for each process, the entries by others between its request and its own entry.
///
/// The schedule decides what the count means. Under one that gives a waiting process a full turn of
/// its loop between two of the others' entries it is the bypass of bounded waiting.
#[derive(Clone, Debug, Default)]
pub struct Bypass {
    waiting: [Option<u32>; PROCESSES_MAX],
    largest: [u32; PROCESSES_MAX],
}

impl Bypass {
    /// Nobody waits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries by others since `process` asked, if it still waits.
    pub const fn so_far(&self, process: ProcessId) -> Option<u32> {
        self.waiting[process.index()]
    }

    /// The most entries by others during one wait of `process`.
    pub const fn largest(&self, process: ProcessId) -> u32 {
        self.largest[process.index()]
    }
}

impl Observer for Bypass {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let me = event.process.index();
        if event.kind.is_request() {
            self.waiting[me] = Some(0);
        } else if event.kind.is_entry() {
            self.waiting[me] = None;
            for (waiting, largest) in self.waiting.iter_mut().zip(&mut self.largest) {
                if let Some(count) = waiting {
                    *count += 1;
                    *largest = (*largest).max(*count);
                }
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Service};

    #[test]
    fn entries_by_others_count_from_the_request_to_the_own_entry() {
        let mut oracle = Bypass::new();
        let mut tell = |process, kind| {
            let event = Event { step: 0, process: ProcessId::new(process), kind };
            assert!(oracle.observe(&event).is_continue());
        };
        tell(1, EventKind::Returned(Service::EntrySection));
        tell(0, EventKind::Called(Service::EntrySection));
        tell(1, EventKind::Returned(Service::EntrySection));
        tell(2, EventKind::Returned(Service::EntrySection));
        tell(0, EventKind::Returned(Service::EntrySection));
        tell(1, EventKind::Returned(Service::EntrySection));
        assert_eq!(oracle.largest(ProcessId::new(0)), 2);
        assert_eq!(oracle.so_far(ProcessId::new(0)), None);
        assert_eq!(oracle.largest(ProcessId::new(1)), 0);
    }
}
