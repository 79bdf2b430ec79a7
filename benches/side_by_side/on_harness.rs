//! The programs under this project's engine, run as the examination of a submission runs them: with
//! the scenario of critical sections, its oracle, and bare spin loops.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use harness::backend;
use harness::choice::Strategy;
use harness::engine::{Body, Engine, Loans, Outcome, Settings};
use harness::event::{Event, EventKind, Observer};
use harness::examination::{Effort, Examiner, Memory, Verdict};
use harness::exploration::{Crash, Exploration, Explorer, Run, Setup};
use harness::memory::Model;
use harness::oracle::MutualExclusion;
use harness::prelude::{AtomicBool, AtomicUsize, CriticalSection, Ordering, ProcessId, fence};
use harness::scenario::{CriticalSectionScenario, Scenario};
use harness::strategy::{Adversary as _, Pct, Pos, Random, Starver};

use crate::contract::{Kind, Lock, Program};

#[expect(clippy::duplicate_mod, reason = "the same source with other atomics")]
#[path = "locks.rs"]
mod locks;

use locks::{
    Anderson, Bakery, BakeryWithoutChoosing, CompareAndSwap, Dekker, LockVariable, Peterson,
    PetersonSwapped, PetersonWithFences, TestAndSet, TestTestAndSet, Ticket, WaitingArray,
};

/// Bare spin loops.
const fn pause() {}

/// A lock in the shape that students give it.
struct Submission<L>(L);

impl<L: Lock> CriticalSection for Submission<L> {
    fn new(processes: usize) -> Self {
        Self(L::new(processes))
    }

    fn entry_section(&self, me: ProcessId) {
        self.0.enter(me.index());
    }

    fn exit_section(&self, me: ProcessId) {
        self.0.leave(me.index());
    }
}

fn scenario_of<L: Lock>(_: PhantomData<L>) -> Box<dyn Scenario> {
    Box::new(CriticalSectionScenario::<Submission<L>>::new())
}

/// The scenario of a lock.
pub(crate) fn scenario(kind: Kind) -> Box<dyn Scenario> {
    match kind {
        Kind::Peterson => scenario_of(PhantomData::<Peterson>),
        Kind::PetersonWithFences => scenario_of(PhantomData::<PetersonWithFences>),
        Kind::Dekker => scenario_of(PhantomData::<Dekker>),
        Kind::Bakery => scenario_of(PhantomData::<Bakery>),
        Kind::TestAndSet => scenario_of(PhantomData::<TestAndSet>),
        Kind::TestTestAndSet => scenario_of(PhantomData::<TestTestAndSet>),
        Kind::CompareAndSwap => scenario_of(PhantomData::<CompareAndSwap>),
        Kind::Ticket => scenario_of(PhantomData::<Ticket>),
        Kind::Anderson => scenario_of(PhantomData::<Anderson>),
        Kind::WaitingArray => scenario_of(PhantomData::<WaitingArray>),
        Kind::LockVariable => scenario_of(PhantomData::<LockVariable>),
        Kind::PetersonSwapped => scenario_of(PhantomData::<PetersonSwapped>),
        Kind::BakeryWithoutChoosing => scenario_of(PhantomData::<BakeryWithoutChoosing>),
    }
}

/// Which of the engine's sampling strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sampling {
    Random,
    Pct,
    Pos,
}

impl Sampling {
    pub(crate) const ALL: [Self; 3] = [Self::Random, Self::Pct, Self::Pos];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Pct => "PCT",
            Self::Pos => "POS",
        }
    }

    fn strategy(self, seed: u64) -> Box<dyn Strategy> {
        match self {
            Self::Random => Box::new(Random::new(seed)),
            Self::Pct => Box::new(Pct::new(seed)),
            Self::Pos => Box::new(Pos::new(seed)),
        }
    }
}

/// Operations after which a sampled execution is cut, as in grading.
const STEPS_MAX: u32 = 4_000;

fn setup(program: Program, model: Model) -> Setup {
    Setup {
        model,
        quotas: vec![program.entries; program.processes],
        situation: scenario(program.kind).situations()[0],
        steps_max: STEPS_MAX,
    }
}

/// What is wrong with an execution of a correct lock.
fn complaint(run: &Run<'_>, oracle: &MutualExclusion) -> Option<String> {
    match run.outcome {
        _ if oracle.overlap().is_some() => Some("two processes are inside".to_owned()),
        Outcome::DataRace(race) => Some(format!("data race at {}", race.site)),
        Outcome::Blocked { for_ever: true, .. } => Some("waits for ever".to_owned()),
        Outcome::StepLimit => Some("step limit".to_owned()),
        _ => None,
    }
}

/// What is wrong with an execution, as far as exclusion goes.
fn intrusion(run: &Run<'_>, oracle: &MutualExclusion) -> Option<String> {
    let is_safety = oracle.overlap().is_some() || matches!(run.outcome, Outcome::DataRace(_));
    if is_safety { complaint(run, oracle) } else { None }
}

/// What an exploration came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// All executions, that of the alarm included.
    pub(crate) executions: u64,
    pub(crate) complete: u64,
    pub(crate) blocked: u64,
    pub(crate) cut: u64,
    /// Whether these are all that there are.
    pub(crate) exhausted: bool,
    /// What was wrong, if anything was.
    pub(crate) alarm: Option<String>,
}

/// A program with the engine that runs it.
pub(crate) struct Bench<'a> {
    explorer: Explorer<'a>,
    program: Program,
}

impl<'a> Bench<'a> {
    /// `scenario` must be that of the program's lock.
    pub(crate) fn new(scenario: &'a dyn Scenario, program: Program) -> Self {
        Self { explorer: Explorer::new(scenario), program }
    }

    /// Samples until something is wrong, or `executions` are done.
    pub(crate) fn sample(
        &mut self,
        model: Model,
        sampling: Sampling,
        seed: u64,
        executions: u64,
    ) -> Found {
        let setup = setup(self.program, model);
        let mut strategy = sampling.strategy(seed);
        summed(self.explorer.explore(
            &setup,
            &mut *strategy,
            executions,
            MutualExclusion::new,
            complaint,
        ))
    }

    /// Samples until two are inside, or what they do inside races; after how many executions. `None`:
    /// not within `executions_max`.
    pub(crate) fn runs_to_intrude(
        &mut self,
        model: Model,
        sampling: Sampling,
        seed: u64,
        executions_max: u64,
    ) -> Option<u64> {
        let setup = setup(self.program, model);
        let mut strategy = sampling.strategy(seed);
        let found = summed(self.explorer.explore(
            &setup,
            &mut *strategy,
            executions_max,
            MutualExclusion::new,
            intrusion,
        ));
        found.alarm.is_some().then_some(found.executions)
    }

    /// The accesses to shared memory of the executions that [`sample`](Self::sample) runs.
    pub(crate) fn count_accesses(
        &mut self,
        model: Model,
        sampling: Sampling,
        seed: u64,
        executions: u64,
    ) -> u64 {
        let setup = setup(self.program, model);
        let mut strategy = sampling.strategy(seed);
        let mut count = AccessCount(0);
        self.explorer
            .survey(&setup, &mut *strategy, executions, &mut count)
            .expect("these locks do not panic");
        count.0
    }

    /// Explores all execution graphs.
    pub(crate) fn exhaust(&mut self, model: Model) -> Found {
        let setup = setup(self.program, model);
        summed(self.explorer.exhaust(&setup, 1_000_000, MutualExclusion::new, complaint))
    }

    /// The whole examination of exclusion and progress, and of bounded waiting, as a submission goes
    /// through it, with fewer executions: the first verdict that is not *upheld*.
    pub(crate) fn examine(scenario: &'a dyn Scenario, program: Program, memory: Memory) -> Found {
        let effort = Effort {
            processes: vec![program.processes],
            entries: program.entries,
            seed: 1,
            exhaustive_executions_max: 20_000,
            random_executions: 500,
            pct_executions: 500,
            pos_executions: 500,
            adversary_executions: 60,
            steps_per_execution_max: STEPS_MAX,
            pump_repetitions: 1_000,
        };
        let mut examiner = Examiner::new(Explorer::new(scenario), &effort);
        let verdicts = [
            ("mutual exclusion", true, examiner.mutual_exclusion(memory)),
            ("progress", true, examiner.progress(memory)),
            ("bounded waiting", program.kind.is_fair(), examiner.bounded_waiting(memory)),
        ];
        let complaint = |(criterion, is_upheld, verdict): (&str, bool, Result<Verdict, Crash>)| {
            let verdict = match verdict {
                Ok(Verdict::Upheld { .. }) if is_upheld => return None,
                Ok(Verdict::Violated(_)) if !is_upheld => return None,
                Ok(Verdict::Upheld { .. }) => "upheld, but it is not".to_owned(),
                Ok(Verdict::Violated(violation)) => format!("{:?}", violation.kind),
                Ok(Verdict::Foretold(_)) => "nobody foretells anything here".to_owned(),
                Ok(Verdict::Unknown(why)) => format!("unknown: {why}"),
                Err(crash) => crash.panic.message,
            };
            Some(format!("{criterion}: {verdict}"))
        };
        Found { alarm: verdicts.into_iter().find_map(complaint), ..Found::default() }
    }

    /// Runs of the starving adversary until it has starved somebody, as bounded waiting is examined.
    pub(crate) fn runs_to_starve(&mut self, seed: u64, runs_max: u64) -> Option<u64> {
        let processes = self.program.processes;
        let setup = Setup {
            model: Model::Cpp20,
            quotas: vec![u32::MAX; processes],
            situation: scenario(self.program.kind).situations()[1],
            steps_max: 20_000,
        };
        let mut starver = Starver::new(seed, processes, (10 * processes as u32).max(60));
        (1..=runs_max).find(|_| {
            self.explorer
                .explore(&setup, &mut starver, 1, || (), |_, ()| None::<()>)
                .expect("these locks do not panic");
            starver.was_starved()
        })
    }
}

fn summed(result: Result<Exploration<String>, Crash>) -> Found {
    match result {
        Ok(found) => Found {
            executions: found.complete + found.blocked + found.cut,
            complete: found.complete,
            blocked: found.blocked,
            cut: found.cut,
            exhausted: found.exhausted,
            alarm: found.breach.map(|(what, _)| what),
        },
        Err(crash) => Found { alarm: Some(crash.panic.message), ..Found::default() },
    }
}

struct AccessCount(u64);

impl Observer for AccessCount {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        self.0 += u64::from(matches!(event.kind, EventKind::Access(_)));
        ControlFlow::Continue(())
    }
}

/// Two processes that do nothing but one access each.
struct Smallest(AtomicBool);

impl Body for Smallest {
    fn processes(&self) -> usize {
        2
    }

    fn run(&self, _: ProcessId) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Runs the smallest execution so many times.
pub(crate) fn smallest(engine: &mut Engine, model: Model, seed: u64, executions: u64) {
    let settings = Settings {
        model,
        steps_max: STEPS_MAX,
        traced: false,
        overrides: Vec::new(),
        loans: Loans::ALL,
        machine: None,
    };
    let mut strategy = Random::new(seed);
    for _ in 0..executions {
        let body: Box<dyn Body> = Box::new(Smallest(AtomicBool::new(false)));
        let outcome = backend::execute(engine, &*body, &settings, &mut strategy, &mut ());
        assert_eq!(outcome, Some(Outcome::Complete), "a store cannot fail");
    }
}
