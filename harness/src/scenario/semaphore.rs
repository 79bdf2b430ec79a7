//! Semaphores as locks, as a meeting place, and as the counters of a bounded buffer.

use std::marker::PhantomData;

use super::{Asks, Cast, Scenario, Situation};
use crate::backend::{self, Panic};
use crate::contract::CountingSemaphore;
use crate::engine::Body;
use crate::event::{EventKind, Service};
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::{SharedCell, yield_now};

/// One permit around a datum that is not atomic.
static DATUM: Situation = Situation {
    name: "datum",
    title: "one permit, around a datum that is not atomic",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// One permit; nothing is touched inside.
static STAY: Situation = Situation {
    name: "stay",
    title: "one permit; whoever has it stays for two steps",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Two permits.
static TWO: Situation = Situation {
    name: "two",
    title: "two permits; whoever has one stays for two steps",
    rule: Rule::Exclusion { places: 2 },
    cast: Cast::Equals,
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Two semaphores without a permit: each process tells the next one that it is there, and waits for
/// the one before.
static MEETING: Situation = Situation {
    name: "meeting",
    title: "no permits: each process signals the next one, then waits for the one before",
    rule: Rule::Permits { initial: &[0, 0, 0, 0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// A buffer with one place: one half of the processes fills it, the other half empties it.
static BUFFER: Situation = Situation {
    name: "buffer",
    title: "producers and consumers around a buffer with one place",
    rule: Rule::Permits { initial: &[1, 0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

static ALL: [&Situation; 5] = [&DATUM, &STAY, &TWO, &MEETING, &BUFFER];

/// The scenario of [`CountingSemaphore`], for one type of solution.
#[derive(Debug)]
pub struct SemaphoreScenario<S>(PhantomData<fn() -> S>);

impl<S> SemaphoreScenario<S> {
    /// For solutions of type `S`.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S> Default for SemaphoreScenario<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: CountingSemaphore> Scenario for SemaphoreScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let processes = quotas.len();
        let permits: &[usize] = match situation.name {
            "two" => &[2],
            "meeting" => &[0; PROCESSES_MAX][..processes],
            "buffer" => &[1, 0],
            _ => &[1],
        };
        let make = || permits.iter().map(|&permits| S::new(processes, permits)).collect();
        let semaphores = backend::catch(make)?;
        Ok(Box::new(Semaphores { semaphores, quotas, situation, datum: SharedCell::new(0) }))
    }
}

struct Semaphores<'a, S> {
    semaphores: Vec<S>,
    quotas: &'a [u32],
    situation: &'static Situation,
    datum: SharedCell<u64>,
}

impl<S: CountingSemaphore> Semaphores<'_, S> {
    fn wait(&self, me: ProcessId, number: usize) {
        backend::section(EventKind::Called(Service::Wait(number as u8)));
        self.semaphores[number].wait(me);
        backend::section(EventKind::Returned(Service::Wait(number as u8)));
    }

    fn signal(&self, me: ProcessId, number: usize) {
        backend::section(EventKind::Called(Service::Signal(number as u8)));
        self.semaphores[number].signal(me);
        backend::section(EventKind::Returned(Service::Signal(number as u8)));
    }

    fn round(&self, me: ProcessId) {
        let processes = self.quotas.len();
        match self.situation.name {
            "datum" => {
                self.wait(me, 0);
                let seen = self.datum.get();
                self.datum.set(seen.wrapping_add(1));
                self.signal(me, 0);
            }
            "meeting" => {
                let before = (me.index() + processes - 1) % processes;
                self.signal(me, me.index());
                self.wait(me, before);
            }
            "buffer" => {
                let (mine, other) = if self.produces(me) { (0, 1) } else { (1, 0) };
                self.wait(me, mine);
                let seen = self.datum.get();
                self.datum.set(seen.wrapping_add(1));
                self.signal(me, other);
            }
            _ => {
                self.wait(me, 0);
                yield_now();
                yield_now();
                self.signal(me, 0);
            }
        }
    }

    const fn produces(&self, me: ProcessId) -> bool {
        me.index() % 2 == 0
    }

    /// How many rounds a process has. As much is taken out of a buffer as is put in.
    fn quota(&self, me: ProcessId) -> u32 {
        let processes = self.quotas.len();
        let quota = self.quotas[me.index()];
        if self.situation.name == "buffer" && processes % 2 == 1 && !self.produces(me) {
            // The consumers of three processes: one, for two producers.
            let (producers, consumers) = (processes.div_ceil(2) as u32, (processes / 2) as u32);
            return quota * producers / consumers;
        }
        quota
    }
}

impl<S: CountingSemaphore> Body for Semaphores<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for _ in 0..self.quota(process) {
            // The remainder section: a step of its own, so that the request has its moment.
            yield_now();
            self.round(process);
        }
    }
}
