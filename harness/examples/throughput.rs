//! How fast the model is: nanoseconds per operation, per execution, and executions per second.
//!
//! ```text
//! cargo run --release -p harness --example throughput [executions]
//! ```
//!
//! An *operation* is one access to shared memory; pauses and the steps of remainder sections are
//! overhead. Each figure is the best of many batches: other load on the machine only ever adds.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use harness::choice::Strategy;
use harness::event::{Event, EventKind, Observer};
use harness::exploration::{Explorer, Run, Setup};
use harness::memory::Model;
use harness::prelude::*;
use harness::scenario::{Critical, CriticalSectionScenario};
use harness::strategy::{Pct, Random};

/// Peterson's algorithm.
struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl CriticalSection for Peterson {
    fn new(_: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        let other = 1 - me;
        self.flag[me].store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.flag[me.index()].store(false, Ordering::SeqCst);
    }
}

/// Lets everybody in, at the price of nothing.
struct Open;

impl CriticalSection for Open {
    fn new(_: usize) -> Self {
        Self
    }

    fn entry_section(&self, _: ProcessId) {}

    fn exit_section(&self, _: ProcessId) {}
}

/// Counts accesses.
struct Accesses(u64);

impl Observer for Accesses {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        self.0 += u64::from(matches!(event.kind, EventKind::Access(_)));
        ControlFlow::Continue(())
    }
}

const BATCHES: usize = 100;

fn setup(model: Model, quotas: &[u32]) -> Setup {
    Setup { model, quotas: quotas.to_vec(), critical: Critical::Datum, steps_max: 1_000_000 }
}

/// The best of many batches, each of the same executions.
fn best(mut batch: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        batch();
        start.elapsed()
    };
    (0..BATCHES).map(time).min().expect("there are batches")
}

fn sampled<S: CriticalSection>(
    name: &str,
    setup: &Setup,
    count: u64,
    strategy: impl Strategy + Clone,
) {
    let scenario = CriticalSectionScenario::<S>::new();
    let mut explorer = Explorer::new(&scenario);
    let mut accesses = Accesses(0);
    explorer.survey(setup, &mut strategy.clone(), count, &mut accesses).expect("it does not panic");
    let mut steps = 0;
    let mut run = |strategy: &mut dyn Strategy| {
        let count_steps = |run: &Run<'_>, (): &()| {
            steps += run.schedule.len();
            None::<()>
        };
        explorer.explore(setup, strategy, count, || (), count_steps).expect("it does not panic");
    };
    let time = best(|| run(&mut strategy.clone()));
    steps /= BATCHES;
    let nanoseconds = time.as_nanos() as f64;
    println!(
        "{name:24} {:10?}: {:6.1} ns an operation, {:6.1} ns a step, {:6.0} ns an execution of {:.1} operations",
        setup.model,
        nanoseconds / accesses.0 as f64,
        nanoseconds / steps as f64,
        nanoseconds / count as f64,
        accesses.0 as f64 / count as f64,
    );
}

fn exhausted(setup: &Setup) {
    let scenario = CriticalSectionScenario::<Peterson>::new();
    let mut explorer = Explorer::new(&scenario);
    let mut search = || {
        let found = explorer.exhaust(setup, u64::MAX, || (), |_, ()| None::<()>);
        found.expect("it does not panic")
    };
    let (complete, blocked) = (search().complete, search().blocked);
    let time = best(|| {
        search();
    });
    println!(
        "exhaustive, Peterson {:?} {:?}: {:.0} executions a second ({complete} + {blocked})",
        setup.quotas,
        setup.model,
        (complete + blocked) as f64 / time.as_secs_f64(),
    );
}

fn main() {
    let count = std::env::args().nth(1).map_or(500, |count| count.parse().expect("a number"));
    let only = std::env::args().nth(2);
    let wanted = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    for (name, model) in [("sequential", Model::Sequential), ("cpp20", Model::Cpp20)] {
        if wanted(name) {
            let setup = setup(model, &[10, 10]);
            sampled::<Peterson>("random, Peterson", &setup, count, Random::new(1));
        }
    }
    if wanted("pct") {
        let setup = setup(Model::Sequential, &[10, 10]);
        sampled::<Peterson>("pct, Peterson", &setup, count, Pct::new(1));
    }
    if wanted("empty") {
        for model in [Model::Sequential, Model::Cpp20] {
            sampled::<Open>("random, nothing", &setup(model, &[0, 0]), count, Random::new(1));
            sampled::<Open>("random, open", &setup(model, &[1, 1]), count, Random::new(1));
        }
    }
    if wanted("exhaustive") {
        exhausted(&setup(Model::Cpp20, &[1, 1]));
        exhausted(&setup(Model::Cpp20, &[2, 2]));
        exhausted(&setup(Model::Strong, &[2, 2]));
    }
}
