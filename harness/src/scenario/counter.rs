//! Processes that increment a counter, and what its value is in the end.

use std::sync::atomic::Ordering;

use super::{Asks, Cast, Scenario, Situation, call, remainder, scenario};
use crate::backend::{self, Panic};
use crate::contract::Counter;
use crate::engine::Body;
use crate::event::{EventKind, Service};
use crate::oracle::Rule;
use crate::process::ProcessId;
use crate::shim::{AtomicU64, Permits};

/// One process after the other: whoever miscounts here does so by itself.
static ONE_BY_ONE: Situation = Situation {
    name: "one_by_one",
    title: "one process after the other increments, and asks for the value",
    rule: Rule::Counter,
    cast: Cast::Equals,
    asks: Asks { serial: true, ..Asks::NOTHING },
    may_panic: false,
};

/// All at once. When everybody is done, the value is asked for.
static TOTAL: Situation = Situation {
    name: "total",
    title: "all increment at once; when they are done, P0 asks for the value",
    rule: Rule::Counter,
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// The same, and nobody waits for anybody in the end: what stands still does so by itself.
static EACH: Situation = Situation {
    name: "each",
    title: "all increment at once",
    rule: Rule::Counter,
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, ..Asks::NOTHING },
    may_panic: false,
};

/// A counter of the harness's own, exactly as it is specified: what may come of it is to be foretold.
static SPECIFIED: Situation = Situation {
    name: "specified",
    title: "the counter as it is specified: load, add, store",
    rule: Rule::Counter,
    cast: Cast::Equals,
    asks: Asks { prediction: true, ..Asks::NOTHING },
    may_panic: false,
};

static ALL: [&Situation; 4] = [&ONE_BY_ONE, &TOTAL, &EACH, &SPECIFIED];

scenario! {
    /// The scenario of [`Counter`], for one type of solution.
    CounterScenario
}

impl<S: Counter> Scenario for CounterScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn foretold(&self, processes: usize, increments: usize) -> Option<Result<Vec<u64>, Panic>> {
        Some(backend::foretell(|| S::final_values(processes, increments)))
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let done: Vec<Permits> = quotas.iter().map(|_| Permits::new(0)).collect();
        if situation.name == SPECIFIED.name {
            let counter = Specified(AtomicU64::new(0));
            return Ok(Box::new(Counting { counter, quotas, situation, done }));
        }
        let counter = Handed(backend::catch(|| S::new(quotas.len()))?);
        Ok(Box::new(Counting { counter, quotas, situation, done }))
    }
}

/// A counter, whoever made it.
trait Counts {
    fn increment(&self, me: ProcessId);
    fn value(&self) -> u64;
}

/// The counter that is examined.
struct Handed<S>(S);

impl<S: Counter> Counts for Handed<S> {
    fn increment(&self, me: ProcessId) {
        self.0.increment(me);
    }

    fn value(&self) -> u64 {
        self.0.value()
    }
}

/// The counter as it is specified.
struct Specified(AtomicU64);

impl Counts for Specified {
    fn increment(&self, _: ProcessId) {
        let seen = self.0.load(Ordering::SeqCst);
        self.0.store(seen + 1, Ordering::SeqCst);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Counting<'a, C> {
    counter: C,
    quotas: &'a [u32],
    situation: &'static Situation,
    /// For each process: that it is done. It is one permit for one who waits for it, so that the order
    /// in which processes get done is no choice of its own.
    done: Vec<Permits>,
}

impl<C: Counts> Counting<'_, C> {
    fn increment(&self, me: ProcessId) {
        call(Service::Increment, || self.counter.increment(me));
    }

    fn value(&self) {
        backend::section(EventKind::Called(Service::Value(0)));
        let value = self.counter.value();
        backend::section(EventKind::Returned(Service::Value(value)));
    }
}

impl<C: Counts> Body for Counting<'_, C> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        let name = self.situation.name;
        let me = process.index();
        if name == ONE_BY_ONE.name && me > 0 {
            self.done[me - 1].wait();
        }
        for _ in 0..self.quotas[me] {
            if name != SPECIFIED.name {
                remainder();
            }
            self.increment(process);
        }
        if name == ONE_BY_ONE.name {
            self.value();
            self.done[me].signal();
        } else if name != EACH.name {
            if me > 0 {
                self.done[me].signal();
                return;
            }
            // All increments happen before what P0 does now.
            for other in &self.done[1..] {
                other.wait();
            }
            self.value();
        }
    }
}
