//! Processes around remainder, entry, critical and exit section.

use std::marker::PhantomData;

use super::{Asks, Cast, Scenario, Situation, call, remainder, stay};
use crate::backend::{self, Panic};
use crate::contract::CriticalSection;
use crate::engine::{Body, Loans};
use crate::event::Service;
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::SharedCell;

/// Around a datum that is not atomic, which the section protects: whoever may not be there races.
static DATUM: Situation = Situation {
    name: "datum",
    title: "inside, each process reads and writes a datum that is not atomic",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// They stay inside for two steps and touch nothing: for criteria that do not depend on exclusion.
static STAY: Situation = Situation {
    name: "stay",
    title: "inside, each process stays for two steps",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, ..Asks::NOTHING },
    may_panic: false,
};

/// The same, for those who are to sleep while they wait.
static SLEEP: Situation = Situation {
    name: "stay",
    title: "inside, each process stays for two steps",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, sleep: true, brief_guard: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Process 0 calls `exit_section` before each entry, without being inside: as one that was never there, and as
/// one that was. Then it goes in like everybody else.
static TRESPASS: Situation = Situation {
    name: "trespass",
    title: "before each entry P0 calls exit_section without being inside, and then enters like the others",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Parts { from: 2, to: PROCESSES_MAX },
    asks: Asks { ownership: true, ..Asks::NOTHING },
    may_panic: true,
};

static SPINNING: [&Situation; 2] = [&DATUM, &STAY];
static BLOCKING: [&Situation; 3] = [&DATUM, &SLEEP, &TRESPASS];

/// The scenario of [`CriticalSection`], for one type of solution.
#[derive(Debug)]
pub struct CriticalSectionScenario<S> {
    situations: &'static [&'static Situation],
    loans: Loans,
    solution: PhantomData<fn() -> S>,
}

impl<S> CriticalSectionScenario<S> {
    /// For solutions of type `S`.
    pub const fn new() -> Self {
        Self { situations: &SPINNING, loans: Loans::NONE, solution: PhantomData }
    }

    /// For solutions of type `S` whose waiting processes are to sleep.
    pub const fn blocking() -> Self {
        let loans = Loans { permits: false, ..Loans::ALL };
        Self { situations: &BLOCKING, loans, solution: PhantomData }
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

    fn loans(&self) -> Loans {
        self.loans
    }

    fn situations(&self) -> &'static [&'static Situation] {
        self.situations
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let solution = backend::catch(|| S::new(quotas.len()))?;
        let datum = SharedCell::new(0);
        Ok(Box::new(Cycle { solution, quotas, situation, datum }))
    }
}

struct Cycle<'a, S> {
    solution: S,
    quotas: &'a [u32],
    situation: &'static Situation,
    datum: SharedCell<u64>,
}

impl<S: CriticalSection> Body for Cycle<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for _ in 0..self.quotas[process.index()] {
            if self.situation.name == TRESPASS.name && process.index() == 0 {
                remainder();
                call(Service::ExitSection, || self.solution.exit_section(process));
            }
            remainder();
            call(Service::EntrySection, || self.solution.entry_section(process));
            if self.situation.name == DATUM.name {
                let seen = self.datum.get();
                self.datum.set(seen.wrapping_add(1));
            } else {
                stay();
            }
            call(Service::ExitSection, || self.solution.exit_section(process));
        }
    }
}
