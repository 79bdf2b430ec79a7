//! Many executions of one scenario under one strategy, and what they found.
//!
//! An exploration judges nothing: it asks a closure about each execution and stops at the first one
//! that the closure calls a breach.

use crate::backend::{self, Panic};
use crate::choice::Strategy;
use crate::engine::{Engine, Outcome, Override, Settings, TrialRequest};
use crate::event::Observer;
use crate::memory::Model;
use crate::process::ProcessId;
use crate::scenario::{Scenario, Situation};
use crate::strategy::{Exhaustive, Replay, States};
use crate::trace::Schedule;

/// How a scenario is set up for an exploration.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The memory model.
    pub model: Model,
    /// What the processes do.
    pub situation: &'static Situation,
    /// How often each process does so: enters, say.
    pub quotas: Vec<u32>,
    /// Operations after which an execution is cut.
    pub steps_max: u32,
}

impl Setup {
    /// How many processes there are.
    pub fn processes(&self) -> usize {
        self.quotas.len()
    }
}

/// The code panicked: there is nothing to measure.
#[derive(Clone, Debug)]
pub struct Crash {
    /// What it said.
    pub panic: Panic,
    /// The execution in which it did, and its scenario, unless it was before any.
    pub execution: Option<Box<(Setup, Schedule)>>,
}

/// One execution, as a judge sees it.
#[derive(Debug)]
pub struct Run<'a> {
    /// How it ended.
    pub outcome: &'a Outcome,
    /// Its decisions.
    pub schedule: &'a Schedule,
}

/// One execution that was run.
struct Ran {
    outcome: Outcome,
    /// Whether a turn of a waiting loop that was met for the first time turned out to hide
    /// something, so that this execution parked a process that would have gone on.
    doubtful: bool,
    entries: u64,
}

/// What an exploration did, and what it found.
#[derive(Clone, Debug)]
pub struct Exploration<B> {
    /// The first breach, with the schedule that shows it.
    pub breach: Option<(B, Schedule)>,
    /// Executions that completed (for an exhaustive exploration: distinct execution graphs).
    pub complete: u64,
    /// Executions in which somebody waited in the end.
    pub blocked: u64,
    /// Executions that were cut short by the limit of steps or by a data race.
    pub cut: u64,
    /// Whether these were all executions that there are.
    pub exhausted: bool,
    /// Entries to critical sections in all executions.
    pub entries: u64,
    /// Operations in all executions.
    pub steps: u64,
}

impl<B> Exploration<B> {
    /// Nothing done, nothing found.
    pub const fn nothing() -> Self {
        Self {
            breach: None,
            complete: 0,
            blocked: 0,
            cut: 0,
            exhausted: false,
            entries: 0,
            steps: 0,
        }
    }

    /// Adds what another exploration did and found.
    pub fn add(&mut self, other: Self) {
        self.complete += other.complete;
        self.blocked += other.blocked;
        self.cut += other.cut;
        self.entries += other.entries;
        self.steps += other.steps;
        self.breach = self.breach.take().or(other.breach);
    }
}

/// Operations of an exhaustive execution, for each process.
const EXHAUSTIVE_STEPS_MAX: u32 = 250;

/// How often an exhaustive exploration is begun anew when a waiting loop turned out to be none.
const RESTARTS_MAX: u32 = 2;

/// The part of the executions that is run where waiting loops hide something: there are more execution
/// graphs than can be visited, and sampling serves better.
const HIDDEN_SHARE: u64 = 20;

/// Cut executions after which an exhaustive exploration is given up.
const CUT_MAX: u64 = 8;

/// Operations of an exhaustive exploration, for each execution that it may have: those of a solution
/// that goes round and round are long, and it would take them for progress.
const EXHAUSTIVE_STEPS_SHARE: u64 = 70;

/// Operations of a sampling exploration, for each execution that it may have and each process.
const SAMPLED_STEPS_SHARE: u64 = 20;

/// An execution of system calls takes as long as so many of operations on memory.
const CALLS_SHARE: u64 = 4;

/// Operations that a sampling exploration may take in any case.
const SAMPLED_STEPS_MIN: u64 = 20_000;

/// Executions after which it is asked whether there are operations left.
const BATCH: u64 = 50;

/// So many turns that hide something make every operation expensive: they are compared with all of
/// them.
const HIDDEN_MANY: usize = 100;

/// The part of the sampled operations that is taken there.
const HIDDEN_MANY_SHARE: u64 = 8;

/// Explores scenarios of one solution.
pub struct Explorer<'a> {
    scenario: &'a dyn Scenario,
    engine: Engine,
    overrides: Vec<Override>,
}

impl std::fmt::Debug for Explorer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explorer").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl<'a> Explorer<'a> {
    /// An explorer that knows nothing of the solution yet.
    pub fn new(scenario: &'a dyn Scenario) -> Self {
        backend::install_hook();
        Self { scenario, engine: Engine::new(), overrides: Vec::new() }
    }

    /// What it explores.
    pub const fn scenario(&self) -> &'a dyn Scenario {
        self.scenario
    }

    /// From now on, uses these orderings instead of the written ones.
    pub fn set_overrides(&mut self, overrides: Vec<Override>) {
        self.overrides = overrides;
    }

    /// The engine, with the state of the last execution.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs one execution. `None`: the strategy has none left.
    ///
    /// New turns of waiting loops are tried out afterwards.
    fn run(
        &mut self,
        setup: &Setup,
        strategy: &mut dyn Strategy,
        observer: &mut dyn Observer,
        traced: bool,
    ) -> Result<Option<Ran>, Crash> {
        let settings = Settings {
            model: setup.model,
            steps_max: setup.steps_max,
            traced,
            overrides: self.overrides.clone(),
            loans: self.scenario.loans(),
            machine: self.scenario.machine(setup.situation),
        };
        let body = self
            .scenario
            .body(&setup.quotas, setup.situation)
            .map_err(|panic| Crash { panic, execution: None })?;
        let outcome = backend::execute(&mut self.engine, &*body, &settings, strategy, observer);
        drop(body);
        let Some(outcome) = outcome else { return Ok(None) };
        if let Outcome::Panicked { message, site, .. } = &outcome
            && !setup.situation.may_panic
        {
            let (message, site) = (message.clone(), site.clone());
            let panic = Panic { message, site };
            let execution = Some(Box::new((setup.clone(), self.engine.schedule().clone())));
            return Err(Crash { panic, execution });
        }
        let entries = ProcessId::all(setup.processes())
            .map(|process| u64::from(self.engine.entries(process)))
            .sum();
        let mut doubtful = false;
        if self.engine.has_trial_requests() {
            let schedule = self.engine.schedule().clone();
            for request in self.engine.trial_requests() {
                doubtful |= self.try_out(setup, &settings, &schedule, request)?;
            }
            self.engine.restore_schedule(schedule);
        }
        Ok(Some(Ran { outcome, doubtful, entries }))
    }

    /// Tries out whether a turn of a waiting loop goes on for ever; whether it does not.
    fn try_out(
        &mut self,
        setup: &Setup,
        settings: &Settings,
        schedule: &Schedule,
        request: TrialRequest,
    ) -> Result<bool, Crash> {
        // Several processes, or one of them several times, may have asked for the same.
        if let Some(hidden) = self.engine.was_tried(request) {
            return Ok(hidden);
        }
        let body = self
            .scenario
            .body(&setup.quotas, setup.situation)
            .map_err(|panic| Crash { panic, execution: None })?;
        self.engine.want_trial(request);
        let mut replay = Replay::new(schedule.clone());
        backend::execute(&mut self.engine, &*body, settings, &mut replay, &mut ());
        let hidden = self.engine.end_trial(request);
        // A panic here (of a small counter, say) is no execution of the scenario; if there is one in
        // which it happens, that one will be found.
        Ok(hidden)
    }

    /// Runs executions until `judge` finds a breach, the strategy has none left, or
    /// `executions_max` are done. `observer` makes a fresh observer for each execution.
    pub fn explore<O: Observer, B>(
        &mut self,
        setup: &Setup,
        strategy: &mut dyn Strategy,
        executions_max: u64,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
    ) -> Result<Exploration<B>, Crash> {
        let mut found = Exploration::nothing();
        for _ in 0..executions_max {
            let mut watching = observer();
            let Some(ran) = self.run(setup, strategy, &mut watching, false)? else {
                found.exhausted = true;
                break;
            };
            found.entries += ran.entries;
            found.steps += u64::from(self.engine.steps());
            match ran.outcome {
                Outcome::Complete => found.complete += 1,
                Outcome::Blocked { .. } => found.blocked += 1,
                Outcome::Abandoned => {}
                _ => found.cut += 1,
            }
            if ran.doubtful && matches!(ran.outcome, Outcome::Blocked { .. }) {
                continue;
            }
            let run = Run { outcome: &ran.outcome, schedule: self.engine.schedule() };
            if let Some(breach) = judge(&run, &watching) {
                found.breach = Some((breach, self.engine.schedule().clone()));
                break;
            }
        }
        Ok(found)
    }

    /// How many executions take as long as so many that operate on memory.
    pub fn affordable(&self, setup: &Setup, executions: u64) -> u64 {
        let calls = self.scenario.machine(setup.situation).is_some();
        executions.div_ceil(if calls { CALLS_SHARE } else { 1 })
    }

    /// Explores like [`explore`](Self::explore), but no further than so many executions of usual
    /// length take: fewer long ones.
    pub fn sample<O: Observer, B>(
        &mut self,
        setup: &Setup,
        strategy: &mut dyn Strategy,
        executions_max: u64,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
    ) -> Result<Exploration<B>, Crash> {
        let executions_max = self.affordable(setup, executions_max);
        let mut found = Exploration::nothing();
        let mut left = executions_max;
        let usual = executions_max * SAMPLED_STEPS_SHARE * setup.processes() as u64;
        while left > 0 && found.breach.is_none() && !found.exhausted {
            let share =
                if self.engine.hidden_turns() < HIDDEN_MANY { 1 } else { HIDDEN_MANY_SHARE };
            if found.steps >= (usual / share).max(SAMPLED_STEPS_MIN) {
                break;
            }
            // System calls byte by byte make long executions.
            let batch = left.min(self.affordable(setup, BATCH));
            left -= batch;
            let next = self.explore(setup, strategy, batch, &mut observer, &mut judge)?;
            found.exhausted = next.exhausted;
            found.add(next);
        }
        Ok(found)
    }

    /// Explores all execution graphs, or `executions_max` of them.
    pub fn exhaust<O: Observer, B>(
        &mut self,
        setup: &Setup,
        executions_max: u64,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
    ) -> Result<Exploration<B>, Crash> {
        let setup = &Setup {
            steps_max: setup.steps_max.min(EXHAUSTIVE_STEPS_MAX * setup.processes() as u32),
            ..setup.clone()
        };
        if self.scenario.machine(setup.situation).is_some() {
            let executions_max = self.affordable(setup, executions_max);
            return self.visit_states(setup, executions_max, observer, judge);
        }
        for restarts in 0.. {
            let hidden_before = self.engine.hidden_turns();
            let share = if hidden_before == 0 { 1 } else { HIDDEN_SHARE };
            let executions_max = executions_max.div_ceil(share);
            let steps_max = executions_max * EXHAUSTIVE_STEPS_SHARE;
            let mut strategy = Exhaustive::new(executions_max);
            let mut found = Exploration::nothing();
            // Where executions are cut, something goes round and round: the exploration cannot be
            // complete, and sampling serves better.
            while found.breach.is_none()
                && !found.exhausted
                && strategy.cut() < CUT_MAX
                && found.steps < steps_max
            {
                let next = self.explore(setup, &mut strategy, BATCH, &mut observer, &mut judge)?;
                found.exhausted = next.exhausted;
                found.add(next);
            }
            found.complete = strategy.complete();
            found.blocked = strategy.blocked();
            found.cut = strategy.cut();
            found.exhausted = strategy.is_exhausted() && strategy.cut() == 0;
            // A waiting loop turned out not to be one: what was cut there must be explored too.
            if found.breach.is_some() || self.engine.hidden_turns() == hidden_before {
                return Ok(found);
            }
            if restarts == RESTARTS_MAX {
                found.exhausted = false;
                return Ok(found);
            }
        }
        unreachable!("the last restart returns")
    }

    /// Explores all states of processes that make system calls, or those of `executions_max` executions: first those
    /// that one fault of the kernel leads to, then those of all faults that there may be.
    fn visit_states<O: Observer, B>(
        &mut self,
        setup: &Setup,
        executions_max: u64,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
    ) -> Result<Exploration<B>, Crash> {
        let machine = self.scenario.machine(setup.situation);
        let faults_max = machine.map_or(0, |machine| machine.faults.at_most);
        let mut total = Exploration::nothing();
        let limits: &[u32] = if faults_max > 1 { &[1, faults_max] } else { &[faults_max] };
        for &limit in limits {
            let share = executions_max.div_ceil(limits.len() as u64);
            let found = self.visit_states_with(limit, setup, share, &mut observer, &mut judge)?;
            total.exhausted = found.exhausted;
            total.add(found);
            if total.breach.is_some() {
                break;
            }
        }
        Ok(total)
    }

    /// The same with so many faults at most.
    fn visit_states_with<O: Observer, B>(
        &mut self,
        faults_max: u32,
        setup: &Setup,
        executions_max: u64,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
    ) -> Result<Exploration<B>, Crash> {
        let steps_max = executions_max * EXHAUSTIVE_STEPS_SHARE;
        for restarts in 0.. {
            let hidden_before = self.engine.hidden_turns();
            let mut strategy = States::new(executions_max, faults_max);
            let mut found = Exploration::nothing();
            while found.breach.is_none() && !found.exhausted && found.steps < steps_max {
                let next = self.explore(setup, &mut strategy, BATCH, &mut observer, &mut judge)?;
                found.exhausted = next.exhausted;
                found.add(next);
            }
            found.complete = strategy.complete();
            found.blocked = strategy.blocked();
            found.cut = strategy.cut();
            found.exhausted = strategy.is_exhausted() && strategy.cut() == 0;
            // A waiting loop turned out not to be one: what was cut there must be explored too.
            if found.breach.is_some() || self.engine.hidden_turns() == hidden_before {
                return Ok(found);
            }
            if restarts == RESTARTS_MAX {
                found.exhausted = false;
                return Ok(found);
            }
        }
        unreachable!("the last restart returns")
    }

    /// Runs some executions and shows them all to `observer`, every access included.
    pub fn survey(
        &mut self,
        setup: &Setup,
        strategy: &mut dyn Strategy,
        executions: u64,
        observer: &mut dyn Observer,
    ) -> Result<(), Crash> {
        for _ in 0..executions {
            self.run(setup, strategy, observer, true)?;
        }
        Ok(())
    }

    /// Runs the execution of one schedule and shows it to `observer`; every access included, if
    /// `traced`.
    ///
    /// # Panics
    /// If `replay` was used before.
    pub fn replay(
        &mut self,
        setup: &Setup,
        replay: &mut Replay,
        observer: &mut dyn Observer,
        traced: bool,
    ) -> Result<Outcome, Crash> {
        let run = self.run(setup, replay, observer, traced)?;
        Ok(run.expect("a replay has one execution").outcome)
    }
}
