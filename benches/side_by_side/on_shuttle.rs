//! The programs under shuttle, which knows sequential consistency only.

use std::sync::atomic::Ordering;

use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic as peers_own;
use shuttle::sync::atomic::fence;
use shuttle::thread::{spawn, yield_now};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::contract::Program;
use crate::verdict::{Said, Waiting, count_execution, listen, yields};

#[expect(clippy::duplicate_mod, reason = "the same source with other atomics")]
#[path = "locks.rs"]
mod locks;
#[expect(clippy::duplicate_mod, reason = "the same source with other types")]
#[path = "peer.rs"]
mod peer;
#[expect(clippy::duplicate_mod, reason = "the same source around other types")]
#[path = "wrapped.rs"]
mod wrapped;

use wrapped::{AtomicBool, AtomicUsize};

#[inline]
fn pause() {
    if yields() {
        yield_now();
    }
}

/// The protected datum. Shuttle has no type for data that is not atomic; an atomic is a step, too.
struct Datum(AtomicUsize);

impl Datum {
    fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, value: usize) {
        self.0.store(value, Ordering::SeqCst);
    }
}

/// The depth of its PCT that its documentation uses.
const DEPTH: usize = 3;

/// Which of its schedulers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    Random,
    Pct,
    DepthFirst,
}

/// Runs a program `executions` times, or until shuttle complains. An execution of `steps_max` steps is
/// a complaint; in a depth-first search, whose loops have no end, it is merely cut.
pub(crate) fn explore(
    program: Program,
    waiting: Waiting,
    schedule: Schedule,
    seed: u64,
    executions: usize,
    steps_max: usize,
) -> Said {
    run(schedule, waiting, seed, executions, steps_max, move || peer::execute(program))
}

/// Two processes that do nothing but one access each.
pub(crate) fn smallest(schedule: Schedule, seed: u64, executions: usize) -> Said {
    run(schedule, Waiting::Bare, seed, executions, 1_000, || {
        let variable = std::sync::Arc::new(AtomicBool::new(false));
        let other = std::sync::Arc::clone(&variable);
        let other = spawn(move || other.store(true, Ordering::SeqCst));
        variable.store(true, Ordering::SeqCst);
        other.join().expect("a store does not panic");
    })
}

fn run(
    schedule: Schedule,
    waiting: Waiting,
    seed: u64,
    executions: usize,
    steps_max: usize,
    body: impl Fn() + Send + Sync + 'static,
) -> Said {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    config.max_steps = match schedule {
        Schedule::Random | Schedule::Pct => MaxSteps::FailAfter(steps_max),
        Schedule::DepthFirst => MaxSteps::ContinueAfter(steps_max),
    };
    let body = move || {
        count_execution();
        body();
    };
    listen(waiting, || match schedule {
        Schedule::Random => go(RandomScheduler::new_from_seed(seed, executions), config, body),
        Schedule::Pct => go(PctScheduler::new_from_seed(seed, DEPTH, executions), config, body),
        Schedule::DepthFirst => go(DfsScheduler::new(Some(executions), false), config, body),
    })
}

fn go(
    scheduler: impl Scheduler + 'static,
    config: Config,
    body: impl Fn() + Send + Sync + 'static,
) {
    Runner::new(scheduler, config).run(body);
}
