//! Stillness: how long has nobody gone from one section to the next?
//!
//! Progress is violated by an execution that goes on for ever in stillness under a fair schedule.
//! This fold only measures; that it goes on for ever is shown by pumping a cycle.

use std::ops::ControlFlow;

use crate::event::{Event, EventKind, Observer, Section};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// Measures stillness, and remembers who is where.
#[derive(Clone, Debug, Default)]
pub struct Stillness {
    /// The step of the last change of section that is progress.
    last: u32,
    sections: [Section; PROCESSES_MAX],
    finished: ProcessSet,
    entries: u32,
    entries_of: [u32; PROCESSES_MAX],
}

impl Stillness {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// The step at which somebody last entered a critical section or returned to a remainder
    /// section.
    pub const fn last_step(&self) -> u32 {
        self.last
    }

    /// How often a critical section was entered.
    pub const fn entries(&self) -> u32 {
        self.entries
    }

    /// How often a process entered.
    pub const fn entries_of(&self, process: ProcessId) -> u32 {
        self.entries_of[process.index()]
    }

    /// Where a process is.
    pub const fn section(&self, process: ProcessId) -> Section {
        self.sections[process.index()]
    }

    /// Which of the processes `0..count` still have something to do.
    pub fn unfinished(&self, count: usize) -> ProcessSet {
        ProcessSet::first(count).difference(self.finished)
    }

    /// Which of the processes are in that section.
    pub fn in_section(&self, section: Section, processes: ProcessSet) -> ProcessSet {
        processes.iter().filter(|process| self.section(*process) == section).collect()
    }
}

impl Observer for Stillness {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        if event.kind == EventKind::Finished {
            self.finished.insert(event.process);
        }
        if event.kind.is_entry() {
            self.entries += 1;
            self.entries_of[event.process.index()] += 1;
        }
        if let Some(section) = event.kind.section() {
            self.sections[event.process.index()] = section;
            self.last = event.step;
        }
        ControlFlow::Continue(())
    }
}
