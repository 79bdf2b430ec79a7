//! Producers and consumers around a bounded buffer.

use super::{Asks, Cast, Scenario, Situation, call, remainder, scenario};
use crate::backend::{self, Panic};
use crate::contract::Buffer;
use crate::engine::Body;
use crate::event::{EventKind, Service};
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::SharedCell;

/// With each item goes something that is not atomic: whoever takes it may read what was written there.
const GOODS: Asks = Asks { safety: true, ..Asks::NOTHING };

/// Numbers only: for criteria that do not depend on what is in the buffer.
const FLOW: Asks = Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING };

/// The same where fairness and sleep are asked for elsewhere.
const NOTHING_LOST: Asks = Asks { progress: true, ..Asks::NOTHING };

const fn situation(
    name: &'static str,
    title: &'static str,
    capacity: u32,
    (from, to): (usize, usize),
    asks: Asks,
) -> Situation {
    let (rule, cast) = (Rule::Buffer { capacity }, Cast::Parts { from, to });
    Situation { name, title, rule, cast, asks, may_panic: false }
}

const TWO: (usize, usize) = (2, 2);
const THREE: (usize, usize) = (3, 3);
const MANY: (usize, usize) = (4, PROCESSES_MAX);

static PAIR: Situation =
    situation("pair_goods", "a producer and a consumer, one place; goods", 1, TWO, GOODS);
static PAIR_FLOW: Situation =
    situation("pair", "a producer and a consumer, one place", 1, TWO, FLOW);
/// Three places: a number that is no power of two.
static WIDE: Situation =
    situation("wide_goods", "a producer and a consumer, three places; goods", 3, TWO, GOODS);
static WIDE_FLOW: Situation =
    situation("wide", "a producer and a consumer, two places", 2, TWO, FLOW);
static PRODUCERS: Situation = situation(
    "producers_goods",
    "two producers and a consumer, two places; goods",
    2,
    THREE,
    GOODS,
);
static PRODUCERS_FLOW: Situation =
    situation("producers", "two producers and a consumer, one place", 1, THREE, FLOW);
static CONSUMERS: Situation = situation(
    "consumers_goods",
    "a producer and two consumers, two places; goods",
    2,
    THREE,
    GOODS,
);
static CONSUMERS_FLOW: Situation =
    situation("consumers", "a producer and two consumers, one place", 1, THREE, FLOW);
/// With two places there may be room, or an item, for two who wait: each has to be told.
static WIDE_PRODUCERS: Situation =
    situation("wide_producers", "two producers and a consumer, two places", 2, THREE, NOTHING_LOST);
static WIDE_CONSUMERS: Situation =
    situation("wide_consumers", "a producer and two consumers, two places", 2, THREE, NOTHING_LOST);
static CROWD: Situation =
    situation("crowd_goods", "producers and consumers, two places; goods", 2, MANY, GOODS);
static CROWD_FLOW: Situation =
    situation("crowd", "producers and consumers, one place", 1, MANY, FLOW);

static ALL: [&Situation; 12] = [
    &PAIR,
    &PAIR_FLOW,
    &WIDE,
    &WIDE_FLOW,
    &PRODUCERS,
    &PRODUCERS_FLOW,
    &CONSUMERS,
    &CONSUMERS_FLOW,
    &WIDE_PRODUCERS,
    &WIDE_CONSUMERS,
    &CROWD,
    &CROWD_FLOW,
];

scenario! {
    /// The scenario of [`Buffer`], for one type of solution.
    BufferScenario
}

impl<S: Buffer> Scenario for BufferScenario<S> {
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
        let Rule::Buffer { capacity } = situation.rule else {
            unreachable!("all situations here are about a buffer")
        };
        let buffer = backend::catch(|| S::new(processes, capacity as usize))?;
        let producers = match situation.name {
            "producers" | "producers_goods" | "wide_producers" => processes - 1,
            "consumers" | "consumers_goods" | "wide_consumers" => 1,
            _ => processes / 2,
        };
        let mut body =
            Exchange { buffer, quotas, producers, wide: capacity > 1, goods: Vec::new() };
        if situation.asks.safety {
            let items: u32 = (0..producers).map(|producer| body.quota(producer)).sum();
            body.goods = (0..items).map(|_| SharedCell::new(0)).collect();
        }
        Ok(Box::new(body))
    }
}

struct Exchange<'a, S> {
    buffer: S,
    quotas: &'a [u32],
    /// The first so many processes produce, the others consume.
    producers: usize,
    /// Whether there is more than one place: then two rounds each would not go round the places.
    wide: bool,
    /// What goes with item `i` is in place `i - 1`.
    goods: Vec<SharedCell<u64>>,
}

impl<S> Exchange<'_, S> {
    /// How many rounds a process has. As much is taken out as is put in.
    fn quota(&self, process: usize) -> u32 {
        let (producers, consumers) = (self.producers, self.quotas.len() - self.producers);
        let factor = match process {
            _ if producers == consumers => 1 + usize::from(self.wide && producers == 1),
            producer if producer < producers => consumers,
            _ => producers,
        };
        self.quotas[process].saturating_mul(factor as u32)
    }

    /// What goes with an item, if that is looked at. There is none for an item that nobody deposited.
    fn goods(&self, item: u64) -> Option<&SharedCell<u64>> {
        self.goods.get(usize::try_from(item).ok()?.checked_sub(1)?)
    }
}

impl<S: Buffer> Exchange<'_, S> {
    fn produce(&self, me: ProcessId, round: u32) {
        // The items differ, and none is 0, which is what is found in places that were never filled.
        let item = u64::from(round) * self.producers as u64 + me.index() as u64 + 1;
        if let Some(goods) = self.goods(item) {
            goods.set(item);
        }
        call(Service::Deposit(item), || self.buffer.deposit(me, item));
    }

    fn consume(&self, me: ProcessId) {
        backend::section(EventKind::Called(Service::Take(0)));
        let item = self.buffer.take(me);
        backend::section(EventKind::Returned(Service::Take(item)));
        if let Some(goods) = self.goods(item) {
            goods.get();
        }
    }
}

impl<S: Buffer> Body for Exchange<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for round in 0..self.quota(process.index()) {
            remainder();
            if process.index() < self.producers {
                self.produce(process, round);
            } else {
                self.consume(process);
            }
        }
    }
}
