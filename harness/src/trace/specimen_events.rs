//! The variables of the [specimen](super::specimen): each call logs an event with its real place in
//! the source. The values are those of a sequentially consistent memory, unless a test says that a
//! load overlooks a write.

use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::Ordering;

use super::specimen::Peterson;
use crate::event::{
    Access, AccessKind, Event, EventKind, LocationId, Section, Service, ValueType, WriteId,
};
use crate::process::ProcessId;

/// The events so far.
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    pub(super) process: ProcessId,
    /// Whether the loads overlook the newest write, and read what was there before.
    pub(super) stale: bool,
    pub(super) waits: bool,
}

/// A shared variable: its last two values, and who wrote them.
pub(super) struct Variable {
    location: LocationId,
    value_type: ValueType,
    newest: Cell<(u64, WriteId)>,
    before: Cell<(u64, WriteId)>,
}

impl Variable {
    fn new(location: u32, value_type: ValueType) -> Self {
        Self {
            location: LocationId(location),
            value_type,
            newest: Cell::new((0, WriteId::INITIAL)),
            before: Cell::new((0, WriteId::INITIAL)),
        }
    }

    fn access(&self, kind: AccessKind, method: &'static str, site: crate::event::Site) -> Access {
        Access {
            kind,
            method,
            site,
            location: self.location,
            value_type: self.value_type,
            ordering: Some(Ordering::SeqCst),
            read: None,
            written: None,
            reads_from: None,
            write: None,
            stale_by: 0,
            spurious: false,
        }
    }

    #[track_caller]
    pub(super) fn load(&self, log: &mut Log) -> u64 {
        let mut access = self.access(AccessKind::Load, "load", Location::caller());
        let stale = log.stale && self.newest.get().1 != WriteId::INITIAL;
        let (read, write) = if stale { self.before.get() } else { self.newest.get() };
        access.read = Some(read);
        access.reads_from = Some(write);
        access.stale_by = u32::from(stale);
        if stale {
            access.ordering = Some(Ordering::Relaxed);
        }
        log.push(EventKind::Access(access));
        read
    }

    #[track_caller]
    pub(super) fn store(&self, log: &mut Log, value: u64) {
        let mut access = self.access(AccessKind::Store, "store", Location::caller());
        let own = log.events.iter().filter(|event| {
            event.process == log.process && matches!(event.kind, EventKind::Access(_))
        });
        let write = WriteId { process: log.process.index() as u8, index: own.count() as u32 };
        self.before.set(self.newest.replace((value, write)));
        access.written = Some(value);
        access.write = Some(write);
        log.push(EventKind::Access(access));
    }
}

impl Log {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), process: ProcessId::new(0), stale: false, waits: false }
    }

    fn step(&self) -> u32 {
        let banner = |event: &&Event| {
            matches!(event.kind, EventKind::Access(_) | EventKind::Fence(..) | EventKind::Pause(_))
        };
        self.events.iter().filter(banner).count() as u32
    }

    pub(super) fn push(&mut self, kind: EventKind) {
        let step = self.step();
        self.events.push(Event { step, process: self.process, kind });
    }

    pub(super) fn waits(&mut self) {
        self.waits = true;
    }

    /// The process runs its entry section, and spins so often if it must wait.
    pub(super) fn enter(&mut self, subject: &Peterson, process: usize, spins: usize) {
        self.process = ProcessId::new(process);
        self.waits = false;
        self.push(EventKind::Called(Service::EntrySection));
        subject.entry_section(self, self.process);
        if self.waits {
            let turn = self.events.len() - 2..self.events.len();
            for _ in 0..spins {
                for event in turn.clone() {
                    self.push(self.events[event].kind);
                }
            }
        } else {
            self.push(EventKind::Returned(Service::EntrySection));
        }
    }

    /// The process runs its exit section.
    pub(super) fn leave(&mut self, subject: &Peterson, process: usize) {
        self.process = ProcessId::new(process);
        self.push(EventKind::Called(Service::ExitSection));
        subject.exit_section(self, self.process);
        self.push(EventKind::Returned(Service::ExitSection));
    }
}

/// Peterson's variables, in the order in which process 1 would use them first.
pub(super) fn peterson() -> Peterson {
    Peterson {
        flag: [Variable::new(2, ValueType::Bool), Variable::new(0, ValueType::Bool)],
        turn: Variable::new(1, ValueType::Unsigned),
    }
}

/// The sections of an event's process after it, for assertions.
pub(super) fn inside(events: &[Event]) -> usize {
    let mut sections = [Section::Remainder; 8];
    for event in events {
        let section = &mut sections[event.process.index()];
        match event.kind {
            EventKind::Returned(Service::EntrySection) => *section = Section::Critical,
            EventKind::Called(Service::ExitSection) => *section = Section::Exit,
            _ => {}
        }
    }
    sections.iter().filter(|&&section| section == Section::Critical).count()
}
