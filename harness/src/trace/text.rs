//! The trace: what happened in one execution, in a text form that is the same on every machine.
//!
//! # Text form, version 1
//!
//! A heading, one line for the number of processes and one for the schedule, then one line for each
//! event: the step's number, the process, and what it did. A location is called `x` and its number,
//! a write by its process and number (`P0.3`) or `init`, a place in the source by the file's name,
//! line and column; directories are left out, as they differ between machines.
//!
//! ```text
//! trace 1
//! processes 2
//! schedule s1:2:0x2.1
//! 0 P0 called entry_section
//! 0 P0 store x0 SeqCst write=1 as=P0.0 at=peterson.rs:23:32
//! 1 P1 load x0 SeqCst read=0 from=init stale=1 at=peterson.rs:24:35
//! ```
//!
//! It is made to be compared, not to be read back: to see an execution again, replay its schedule.

use std::fmt;

use super::names::file_name;
use super::operation::call;
use super::schedule::Schedule;
use crate::event::{Access, AccessKind, Event, EventKind, Progress, Site, WriteId};

/// What happened in one execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// How many processes took part.
    pub processes: usize,
    /// All events, in order.
    pub events: Vec<Event>,
    /// The decisions that led to them.
    pub schedule: Schedule,
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "trace 1\nprocesses {}\nschedule {}", self.processes, self.schedule)?;
        for event in &self.events {
            write!(f, "{} {} ", event.step, event.process)?;
            match &event.kind {
                EventKind::Called(service) => write!(f, "called {}", call(*service))?,
                EventKind::Returned(service) => write!(f, "returned {}", call(*service))?,
                EventKind::Finished => f.write_str("finished")?,
                EventKind::SystemCall(call) => {
                    write!(f, "call {}", call.call)?;
                    match call.progress {
                        Progress::Returned(answer) => write!(f, " = {answer}")?,
                        Progress::Waits => f.write_str(" waits")?,
                        Progress::Interrupted => f.write_str(" interrupted")?,
                        Progress::Died => f.write_str(" died")?,
                    }
                    f.write_str(if call.unusual { " unusual" } else { "" })?;
                    write_site(f, call.site)?;
                }
                EventKind::Handler { signal, .. } => write!(f, "handler {signal}")?,
                EventKind::Handled { signal } => write!(f, "handled {signal}")?,
                EventKind::Died { by_fault } => {
                    f.write_str(if *by_fault { "died by-fault" } else { "died" })?;
                }
                EventKind::Access(access) => write_access(f, access)?,
                EventKind::Fence(ordering, site) => {
                    write!(f, "fence {ordering:?}")?;
                    write_site(f, site)?;
                }
                EventKind::Pause(site) => {
                    f.write_str("pause")?;
                    write_site(f, site)?;
                }
                EventKind::Sleep { site, spurious } => {
                    f.write_str(if *spurious { "sleep spurious" } else { "sleep" })?;
                    write_site(f, site)?;
                }
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

fn write_access(f: &mut fmt::Formatter<'_>, access: &Access) -> fmt::Result {
    let kind = match access.kind {
        AccessKind::Load | AccessKind::Store | AccessKind::ReadModifyWrite => "",
        AccessKind::PlainRead => "plain-read ",
        AccessKind::PlainWrite => "plain-write ",
    };
    write!(f, "{kind}{} x{}", access.method, access.location.0)?;
    if let Some(ordering) = access.ordering {
        write!(f, " {ordering:?}")?;
    }
    if let Some(value) = access.read {
        write!(f, " read={}", access.value_type.show(value))?;
    }
    if let Some(write) = access.reads_from {
        write!(f, " from=")?;
        write_name(f, write)?;
    }
    if let Some(value) = access.written {
        write!(f, " write={}", access.value_type.show(value))?;
    }
    if let Some(write) = access.write {
        write!(f, " as=")?;
        write_name(f, write)?;
    }
    if access.stale_by > 0 {
        write!(f, " stale={}", access.stale_by)?;
    }
    if access.spurious {
        f.write_str(" spurious")?;
    }
    write_site(f, access.site)
}

fn write_name(f: &mut fmt::Formatter<'_>, write: WriteId) -> fmt::Result {
    if write == WriteId::INITIAL {
        f.write_str("init")
    } else {
        write!(f, "P{}.{}", write.process, write.index)
    }
}

fn write_site(f: &mut fmt::Formatter<'_>, site: Site) -> fmt::Result {
    write!(f, " at={}:{}:{}", file_name(site.file()), site.line(), site.column())
}

#[cfg(test)]
mod tests {
    use super::super::specimen_events::{Log, peterson};
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_trace_has_one_line_for_each_event() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 0, 0);
        log.stale = true;
        log.enter(&subject, 1, 0);
        log.leave(&subject, 0);
        log.push(EventKind::Finished);
        let schedule = "s1:2:0x3.1x3r.0".parse().expect("it is well-formed");
        let trace = Trace { processes: 2, events: log.events, schedule };
        expect![[r"
            trace 1
            processes 2
            schedule s1:2:0x3.1x3r.0
            0 P0 called entry_section
            0 P0 store x2 SeqCst write=true as=P0.0 at=specimen.rs:15:31
            1 P0 store x1 SeqCst write=1 as=P0.1 at=specimen.rs:16:19
            2 P0 load x0 SeqCst read=false from=init at=specimen.rs:17:29
            3 P0 returned entry_section
            3 P1 called entry_section
            3 P1 store x0 SeqCst write=true as=P1.0 at=specimen.rs:15:31
            4 P1 store x1 SeqCst write=0 as=P1.1 at=specimen.rs:16:19
            5 P1 load x2 Relaxed read=false from=init stale=1 at=specimen.rs:17:29
            6 P1 returned entry_section
            6 P0 called exit_section
            6 P0 store x2 SeqCst write=false as=P0.3 at=specimen.rs:27:14
            7 P0 returned exit_section
            7 P0 finished
        "]]
        .assert_eq(&trace.to_string());
    }
}
