//! Processes around remainder, entry, critical and exit section.

use std::marker::PhantomData;

use crate::backend::{self, Panic};
use crate::contract::CriticalSection;
use crate::engine::Body;
use crate::event::{EventKind, Service, Site};
use crate::process::ProcessId;
use crate::shim::{SharedCell, yield_now};

/// A scenario: it makes the processes' bodies, with a fresh solution for each execution.
pub trait Scenario {
    /// Which solution it is, to tell it from others in one process.
    fn solution(&self) -> &'static str;

    /// The bodies of `quotas.len()` processes; process `i` enters `quotas[i]` times and then rests in
    /// its remainder section for ever.
    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        critical: Critical,
    ) -> Result<Box<dyn Body + 'a>, Panic>;
}

/// What a process does inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Critical {
    /// It reads and writes the datum that the section protects, which is not atomic: whoever may
    /// not be there races.
    Datum,
    /// It stays for two steps and touches nothing: for criteria that do not depend on exclusion.
    Stay,
}

/// The scenario of [`CriticalSection`], for one type of solution.
#[derive(Debug)]
pub struct CriticalSectionScenario<S>(PhantomData<fn() -> S>);

impl<S> CriticalSectionScenario<S> {
    /// For solutions of type `S`.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S> Default for CriticalSectionScenario<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: CriticalSection> Scenario for CriticalSectionScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        critical: Critical,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let solution = backend::catch(|| S::new(quotas.len()))?;
        Ok(Box::new(Cycle { solution, quotas, critical, datum: SharedCell::new(0) }))
    }
}

/// Whether an access at this place is one to the datum that the critical section protects.
pub fn is_datum(site: Site) -> bool {
    site.file() == file!()
}

struct Cycle<'a, S> {
    solution: S,
    quotas: &'a [u32],
    critical: Critical,
    datum: SharedCell<u64>,
}

impl<S: CriticalSection> Body for Cycle<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for _ in 0..self.quotas[process.index()] {
            // The remainder section: a step of its own, so that the request has its moment.
            yield_now();
            backend::section(EventKind::Called(Service::EntrySection));
            self.solution.entry_section(process);
            backend::section(EventKind::Returned(Service::EntrySection));
            match self.critical {
                Critical::Datum => {
                    let seen = self.datum.get();
                    self.datum.set(seen.wrapping_add(1));
                }
                Critical::Stay => {
                    yield_now();
                    yield_now();
                }
            }
            backend::section(EventKind::Called(Service::ExitSection));
            self.solution.exit_section(process);
            backend::section(EventKind::Returned(Service::ExitSection));
        }
    }
}
