//! Progress: somebody gets in. Processes that rest in their remainder section owe nothing, so every
//! scenario is also run with some of them resting for ever.

use std::ops::ControlFlow;

use super::counterexample::simplest;
use super::exchange::Watched;
use super::mutual_exclusion::{CALLS_STEPS, EXHAUSTED_SHARE};
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory, lasso};
use crate::choice::{Choice, Spinning, Strategy};
use crate::engine::{Cause, Outcome, Waitable, Wanted};
use crate::event::{Event, EventKind, LocationId, Observer, Section, blocking};
use crate::exploration::{Crash, Run, Setup};
use crate::oracle::Stillness;
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::scenario::{Asks, Cast, Situation};
use crate::strategy::{Replay, RoundRobin};
use crate::trace::Schedule;

/// Executions in turn, with other rhythms.
pub(super) const ROUND_ROBIN_EXECUTIONS: u64 = 40;

/// Livelocks that are tried out, for each number of processes.
const PLANS_MAX: usize = 20;

/// The longest turn in them.
pub(super) const QUANTUM_MAX: u32 = 6;

/// The longest turn where two processes have unequal ones, in the search for a livelock.
const UNEQUAL_MAX: u32 = 4;

/// Steps in one rhythm.
const RHYTHM_STEPS: u32 = 1_600;

/// What one execution says about progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// These wait on values that nobody will change.
    Waits(ProcessSet),
    /// For half of the execution nobody went from one section to the next: perhaps a livelock.
    Still,
}

pub(super) fn judge(run: &Run<'_>, watched: &Watched) -> Option<Halt> {
    if watched.is_lawless() {
        return None;
    }
    match run.outcome {
        Outcome::Blocked { waiting, for_ever: true } => Some(Halt::Waits(*waiting)),
        Outcome::StepLimit if (watched.stillness.last_step() as usize) < run.schedule.len() / 2 => {
            Some(Halt::Still)
        }
        _ => None,
    }
}

pub(super) fn judge_waits(run: &Run<'_>, watched: &Watched) -> Option<ProcessSet> {
    match judge(run, watched) {
        Some(Halt::Waits(waiting)) => Some(waiting),
        _ => None,
    }
}

impl Examiner<'_> {
    /// The verdict on progress.
    pub fn progress(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        if self.makes_calls() {
            return Ok(self.exchanged()?.progress);
        }
        self.progress_where(memory, |asks| asks.progress)
    }

    /// The verdict on progress in the situations that are asked for.
    pub(super) fn progress_where(
        &mut self,
        memory: Memory,
        asked: impl Fn(&Asks) -> bool,
    ) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        let mut doubt = None;
        for (situation, processes) in self.situations(&asked) {
            let watched = || Watched::new(situation);
            let all_quotas = match situation.cast {
                Cast::Equals | Cast::EqualsOf(_) => quotas(processes, self.effort.entries),
                Cast::Parts { .. } => vec![vec![self.effort.entries; processes]],
            };
            for quotas in &all_quotas {
                let most = quotas.iter().copied().max().unwrap_or(0);
                // Exhaustively with all entries for two processes; with more, once each.
                let each = if processes == 2 { most } else { 1 };
                let few: Vec<u32> = quotas.iter().map(|&quota| quota.min(each)).collect();
                let mut setup = self.setup(memory, few, situation);
                setup.model = memory.exhaustive();
                let budget = self.effort.exhaustive_executions_max;
                let budget = if processes == 2 { budget } else { budget / all_quotas.len() as u64 };
                let found = self.explorer.exhaust(&setup, budget, watched, judge_waits)?;
                let exhausted = found.exhausted;
                evidence.push(Evidence::exhaustive(processes, each, &found));
                if let Some((waiting, schedule)) = found.breach {
                    let breach = Halt::Waits(waiting);
                    match self.breached(memory, breach, &setup, schedule)? {
                        Judged::Breached(verdict) => return Ok(verdict),
                        Judged::Cleared => {}
                        Judged::Doubtful => doubt = Some(processes),
                    }
                }

                let setup = self.setup(memory, quotas.clone(), situation);
                let mut in_turn = RoundRobin::variety(self.effort.seed, QUANTUM_MAX);
                let found = self.explorer.explore(
                    &setup,
                    &mut in_turn,
                    ROUND_ROBIN_EXECUTIONS,
                    watched,
                    judge,
                )?;
                evidence.push(Evidence::sampled("round robin", processes, most, &found));
                if let Some((breach, schedule)) = found.breach {
                    match self.breached(memory, breach, &setup, schedule)? {
                        Judged::Breached(verdict) => return Ok(verdict),
                        Judged::Cleared => {}
                        Judged::Doubtful => doubt = Some(processes),
                    }
                }
                let share = all_quotas.len() as u64 * if exhausted { EXHAUSTED_SHARE } else { 1 };
                let found = self.sample(&setup, share, most, watched, judge, &mut evidence)?;
                if let Some((breach, schedule)) = found.breach {
                    match self.breached(memory, breach, &setup, schedule)? {
                        Judged::Breached(verdict) => return Ok(verdict),
                        Judged::Cleared => {}
                        Judged::Doubtful => doubt = Some(processes),
                    }
                }
            }
        }
        if memory == Memory::Sequential {
            for (situation, processes) in self.situations(|asks| asked(asks) && asks.fairness) {
                if !situation.cast.is_equal() {
                    continue; // Nobody rests where each has its own part.
                }
                if let Some(verdict) = self.planned_livelock(situation, processes)? {
                    return Ok(verdict);
                }
            }
        }
        if evidence.iter().all(|one| one.executions == 0) {
            let reason = "every execution ends in a data race or goes on without end before anything can \
                          be said about progress";
            return Ok(Verdict::Unknown(reason.to_owned()));
        }
        if let Some(processes) = doubt {
            return Ok(self.doubtful(processes));
        }
        Ok(Verdict::Upheld { evidence: merged(evidence), bypass: None, doorway: None })
    }

    /// The verdict where something suspicious could not be explained.
    pub(super) fn doubtful(&self, processes: usize) -> Verdict {
        let (steps, done) = if self.makes_calls() {
            (self.effort.steps_per_execution_max * CALLS_STEPS, "a service that returned")
        } else {
            (self.effort.steps_per_execution_max, "an entry")
        };
        Verdict::Unknown(format!(
            "with {processes} processes some execution went on for {steps} steps without {done}, or seemed \
             to wait for ever, but no cycle could be shown"
        ))
    }

    pub(super) fn breached(
        &mut self,
        memory: Memory,
        halt: Halt,
        setup: &Setup,
        schedule: Schedule,
    ) -> Result<Judged, Crash> {
        match halt {
            Halt::Waits(waiting) if self.waits_for_ever(setup, &schedule)? => {
                self.waits(memory, waiting, setup.clone(), schedule).map(Judged::Breached)
            }
            Halt::Waits(_) => Ok(Judged::Doubtful),
            Halt::Still => {
                let equals = setup.situation.cast.is_equal();
                let planned = match memory {
                    Memory::Sequential if equals => {
                        self.planned_livelock(setup.situation, setup.processes())?
                    }
                    Memory::Sequential | Memory::Cpp20 => None,
                };
                match planned {
                    Some(verdict) => Ok(Judged::Breached(verdict)),
                    None => self.livelock(setup, &schedule),
                }
            }
        }
    }

    /// Lets everybody who waits go on, in turn and with fresh values, many times; whether nobody
    /// makes progress.
    pub(super) fn waits_for_ever(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
    ) -> Result<bool, Crash> {
        let rounds = self.effort.pump_repetitions * setup.processes() as u32 * 4;
        let on = Setup { steps_max: schedule.len() as u32 + rounds, ..setup.clone() };
        let mut stillness = Stillness::new();
        let mut replay = Replay::new(schedule.clone());
        let outcome = self.explorer.replay(&on, &mut replay, &mut stillness, false)?;
        Ok(replay.divergence().is_none()
            && matches!(outcome, Outcome::StepLimit | Outcome::Blocked { .. })
            && stillness.last_step() as usize <= schedule.len())
    }

    /// Somebody waits for ever: what kind of waiting is it?
    fn waits(
        &mut self,
        memory: Memory,
        waiting: ProcessSet,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        if !self.shows {
            return Ok(violation(Kind::Stuck(waiting), setup, schedule));
        }
        let kind = self.classify(&setup, &schedule, waiting)?;
        let setups = Self::smaller(&Setup { model: memory.sampled(), ..setup.clone() });
        if let Some((waiting, smaller, simpler)) =
            simplest(&mut self.explorer, &setups, || Watched::new(setup.situation), judge_waits)?
        {
            let simpler_kind = self.classify(&smaller, &simpler, waiting)?;
            // Others that fell asleep afterwards can make an early wake-up look like a lost one: what the
            // simpler execution shows is what happened.
            let of_wakeups = |kind| matches!(kind, Kind::LostWakeup(_) | Kind::EarlyWakeup(_));
            if std::mem::discriminant(&simpler_kind) == std::mem::discriminant(&kind)
                || of_wakeups(simpler_kind) && of_wakeups(kind)
            {
                return Ok(violation(simpler_kind, smaller, simpler));
            }
        }
        Ok(violation(kind, setup, schedule))
    }

    fn classify(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        waiting: ProcessSet,
    ) -> Result<Kind, Crash> {
        let here = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        self.explorer.replay(&here, &mut Replay::new(schedule.clone()), &mut stillness, false)?;
        if self.is_deadlocked() {
            return Ok(Kind::Stuck(waiting));
        }
        if !stillness.in_section(Section::Exit, waiting).is_empty() {
            return Ok(Kind::ExitWaits(stillness.in_section(Section::Exit, waiting)));
        }
        if let Some(kind) = self.asleep(&here, schedule)? {
            return Ok(kind);
        }
        if !setup.situation.cast.is_equal() {
            return Ok(Kind::Stuck(waiting));
        }
        if waiting.len() == setup.processes() {
            return Ok(Kind::Stuck(waiting));
        }
        // Would those who rest have helped, had they come back?
        let entries = stillness.entries();
        let quotas = ProcessId::all(setup.processes()).zip(&setup.quotas);
        let quotas = quotas.map(
            |(process, &quota)| {
                if waiting.contains(process) { quota } else { quota + 2 }
            },
        );
        let back = Setup { quotas: quotas.collect(), ..setup.clone() };
        let resting = ProcessSet::first(setup.processes()).difference(waiting);
        let mut stillness = Stillness::new();
        self.explorer.replay(&back, &mut Replay::new(schedule.clone()), &mut stillness, false)?;
        let helped = stillness.entries() - entries > 2 * resting.len() as u32;
        Ok(match waiting.len() {
            _ if helped => Kind::NeedsRemainder(waiting),
            1 => Kind::Solo(waiting),
            _ => Kind::Stuck(waiting),
        })
    }

    /// Whether, at the end of the last execution, somebody waits for a guard in which another one, or
    /// it itself, sleeps.
    fn is_deadlocked(&mut self) -> bool {
        let sleepers = self.explorer.engine().sleepers();
        let asleep: ProcessSet = sleepers.iter().map(|(process, _)| *process).collect();
        sleepers.iter().any(|(_, wanted)| wanted.holder.is_some_and(|who| asleep.contains(who)))
    }

    /// If everybody who waits at the end of the execution sleeps, and nobody is in a guard that they
    /// sleep for: what became of their wake-ups?
    fn asleep(&mut self, setup: &Setup, schedule: &Schedule) -> Result<Option<Kind>, Crash> {
        let mut wakeups = Wakeups::default();
        let mut replay = Replay::new(schedule.clone());
        self.explorer.replay(setup, &mut replay, &mut wakeups, true)?;
        let sleepers = self.explorer.engine().sleepers();
        let unwoken = |&&(_, wanted): &&(ProcessId, Wanted)| {
            matches!(wanted.cause, Cause::Park | Cause::Futex(_))
        };
        let who: ProcessSet =
            sleepers.iter().filter(unwoken).map(|(process, _)| *process).collect();
        let blocked = sleepers.iter().filter(|sleeper| !unwoken(sleeper));
        if who.is_empty() || blocked.count() > 0 {
            return Ok(None);
        }
        let waitables = self.explorer.engine().waitables();
        let early: ProcessSet =
            who.iter().filter(|process| wakeups.was_woken(*process, waitables)).collect();
        Ok(Some(if early == who { Kind::EarlyWakeup(who) } else { Kind::LostWakeup(who) }))
    }

    /// A livelock that the atlas shows: the shortest one that can be gone round for ever.
    fn planned_livelock(
        &mut self,
        situation: &'static Situation,
        processes: usize,
    ) -> Result<Option<Verdict>, Crash> {
        let Some(atlas) = self.atlas(situation, processes)? else { return Ok(None) };
        for round in atlas.livelocks().into_iter().take(PLANS_MAX) {
            // Who rests in the round has no further entry; everybody else is on its way to one.
            let turning = &round.schedule.order()[round.start..];
            let mut counting = Stillness::new();
            let endless = self.setup(Memory::Sequential, vec![u32::MAX; processes], situation);
            let here = Setup { steps_max: round.schedule.len() as u32, ..endless };
            let mut replay = Replay::new(round.schedule.clone());
            self.explorer.replay(&here, &mut replay, &mut counting, false)?;
            let quotas = ProcessId::all(processes)
                .map(|process| {
                    let left = counting.section(process) == Section::Entry;
                    counting.entries_of(process) + u32::from(left && turning.contains(&process))
                })
                .collect();
            let setup = Setup { quotas, ..here };
            let rounds = self.effort.pump_repetitions;
            if lasso::is_still(&mut self.explorer, &setup, &round.schedule, rounds)? {
                let who = turning.iter().copied().collect();
                return Ok(Some(violation(Kind::Livelock(who), setup, round.schedule)));
            }
        }
        Ok(None)
    }

    /// A long execution without an entry: is there a fair cycle in it?
    fn livelock(&mut self, setup: &Setup, schedule: &Schedule) -> Result<Judged, Crash> {
        let here = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        self.explorer.replay(&here, &mut Replay::new(schedule.clone()), &mut stillness, false)?;
        let stem = schedule.prefix(stillness.last_step() as usize);
        if let Some(verdict) = self.rhythmic_livelock(setup, &stem)? {
            return Ok(Judged::Breached(verdict));
        }
        // From here on everybody in turn, with fresh values: that is fair.
        let on = Setup { steps_max: 3 * setup.steps_max, ..setup.clone() };
        let mut stillness = Stillness::new();
        let mut replay = Replay::new(schedule.clone());
        let outcome = self.explorer.replay(&on, &mut replay, &mut stillness, false)?;
        let from = stillness.last_step() as usize;
        if outcome != Outcome::StepLimit || from > schedule.len() {
            // It was the schedule that was unfair, not the solution that stood still.
            return Ok(Judged::Cleared);
        }
        let tail = self.explorer.engine().schedule().clone();
        for candidate in [schedule, &tail] {
            let steps = lasso::steps(&mut self.explorer, setup, candidate)?;
            let Some(lasso) = lasso::with_loop(candidate, &steps, from) else { continue };
            if let Some(verdict) = self.pumped(setup, lasso)? {
                return Ok(Judged::Breached(verdict));
            }
        }
        Ok(Judged::Doubtful)
    }

    /// After `stem`, everybody in turn, in one rhythm after another: is there one in which nobody
    /// ever gets on? What counts is what is done, not the values: counters may grow meanwhile.
    fn rhythmic_livelock(
        &mut self,
        setup: &Setup,
        stem: &Schedule,
    ) -> Result<Option<Verdict>, Crash> {
        if !stem.answers().is_empty() {
            return Ok(None);
        }
        for quanta in rhythms() {
            let mut rhythm =
                Rhythm { stem: stem.order(), taken: 0, turn: RoundRobin::with_quanta(quanta, 0) };
            let on = Setup { steps_max: stem.len() as u32 + RHYTHM_STEPS, ..setup.clone() };
            let mut steps = lasso::Steps::default();
            self.explorer.survey(&on, &mut rhythm, 1, &mut steps)?;
            let tail = self.explorer.engine().schedule().clone();
            let Some(lasso) = lasso::with_loop(&tail, &steps, stem.len()) else { continue };
            if let Some(verdict) = self.pumped(setup, lasso)? {
                return Ok(Some(verdict));
            }
        }
        Ok(None)
    }

    /// The verdict that a cycle is one of a livelock, if it is; with a stem as short as can be.
    fn pumped(&mut self, setup: &Setup, lasso: Schedule) -> Result<Option<Verdict>, Crash> {
        let rounds = self.rounds();
        let explorer = &mut self.explorer;
        let mut holds = |lasso: &Schedule| {
            Ok(lasso::is_still(explorer, setup, lasso, 12)?
                && lasso::is_still(explorer, setup, lasso, rounds)?)
        };
        if !holds(&lasso)? {
            return Ok(None);
        }
        let lasso = lasso::shortened(lasso, holds)?;
        let start = lasso.loop_start().expect("a lasso has a loop");
        let who = lasso.order()[start..].iter().copied().collect();
        Ok(Some(violation(Kind::Livelock(who), setup.clone(), lasso)))
    }
}

/// The rhythms of the search for a livelock: equal turns, then unequal ones of the first two.
fn rhythms() -> impl Iterator<Item = [u32; PROCESSES_MAX]> {
    let equal = (1..=QUANTUM_MAX).map(|quantum| [quantum; PROCESSES_MAX]);
    let unequal = (1..=UNEQUAL_MAX).flat_map(|a| (1..=UNEQUAL_MAX).map(move |b| (a, b)));
    equal.chain(unequal.filter(|(a, b)| a != b).map(|(a, b)| {
        let mut quanta = [a; PROCESSES_MAX];
        quanta[1] = b;
        quanta
    }))
}

/// A stem of steps, and from then on everybody in turn.
#[derive(Debug)]
struct Rhythm<'a> {
    stem: &'a [ProcessId],
    taken: usize,
    turn: RoundRobin,
}

impl Strategy for Rhythm<'_> {
    fn begin(&mut self) -> bool {
        self.turn.begin()
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Process(turn) = choice else { return Some(0) };
        let Some(&next) = self.stem.get(self.taken) else { return self.turn.choose(choice) };
        self.taken += 1;
        turn.runnable.contains(next).then_some(next.index())
    }

    /// Whoever waits does so for real: the steps are to repeat.
    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    fn watches(&self) -> bool {
        true
    }
}

/// Notes when processes ask for something, are meant to be woken, and are woken.
#[derive(Debug, Default)]
struct Wakeups {
    /// By process: the step of its last request.
    requests: [u32; PROCESSES_MAX],
    /// By process: the step of the last wake-up that reached it.
    woken: [Option<u32>; PROCESSES_MAX],
    /// Each wake-up, by what the sleeper sleeps for: the harness knows at the end whose that is.
    rings: Vec<(LocationId, u32)>,
}

impl Wakeups {
    /// Whether somebody woke `process`, and it woke up, since it last asked for something. A token
    /// that is left from an earlier request is no wake-up.
    fn was_woken(&self, process: ProcessId, waitables: &[(Waitable, LocationId)]) -> bool {
        let Some(woken) = self.woken[process.index()] else { return false };
        let since = self.requests[process.index()]..=woken;
        self.rings.iter().any(|(location, step)| {
            let whose = |&&(waitable, at): &&(Waitable, LocationId)| {
                at == *location
                    && [Waitable::Token(process), Waitable::Alarm(process)].contains(&waitable)
            };
            since.contains(step) && waitables.iter().any(|it| whose(&it))
        })
    }
}

impl Observer for Wakeups {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let index = event.process.index();
        match event.kind {
            EventKind::Access(access) if blocking::wakes(access.method) => {
                self.rings.push((access.location, event.step));
            }
            EventKind::Access(access)
                if access.written.is_some() && blocking::is_wakeup(access.method) =>
            {
                self.woken[index] = Some(event.step);
            }
            kind if kind.is_request() => {
                self.requests[index] = event.step;
                self.woken[index] = None;
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// What came of a closer look at a suspicious execution.
pub(super) enum Judged {
    Breached(Verdict),
    /// Nothing is wrong with it.
    Cleared,
    /// It cannot be explained.
    Doubtful,
}

fn violation(kind: Kind, setup: Setup, schedule: Schedule) -> Verdict {
    Verdict::Violated(Box::new(Violation { kind, setup, schedule }))
}

/// How often each process enters, in each scenario: all of them; some more often than others; and
/// every choice of processes that rest for ever, as long as somebody asks.
fn quotas(processes: usize, entries: u32) -> Vec<Vec<u32>> {
    let mut all = vec![vec![entries; processes]];
    for absent in 1..(1_usize << processes) - 1 {
        // With many processes: one absent, or all but one.
        let count = absent.count_ones() as usize;
        if count == 1 || count == processes - 1 {
            all.push(
                (0..processes).map(|p| if absent >> p & 1 == 1 { 0 } else { entries }).collect(),
            );
        }
    }
    for more in 0..processes {
        all.push((0..processes).map(|p| if p == more { entries + 1 } else { 1 }).collect());
    }
    all.dedup();
    all
}

/// One line of evidence for each strategy and number of processes. Its entries are those of the first
/// scenario, in which everybody enters; the others are those with resting and with busier processes.
pub(super) fn merged(evidence: Vec<Evidence>) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for one in evidence {
        let same = all
            .iter_mut()
            .find(|other| (other.strategy, other.processes) == (one.strategy, one.processes));
        match same {
            Some(other) => {
                other.executions += one.executions;
                other.blocked += one.blocked;
                other.complete &= one.complete;
            }
            None => all.push(one),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::Effort;
    use super::*;
    use crate::contract::CriticalSection;
    use crate::exploration::Explorer;
    use crate::scenario::CriticalSectionScenario;
    use crate::shim::{AtomicU32, futex_wait, futex_wake};

    /// A ticket lock that wakes the others before the number changes.
    struct WakesFirst {
        next: AtomicU32,
        serving: AtomicU32,
    }

    impl CriticalSection for WakesFirst {
        fn new(_: usize) -> Self {
            Self { next: AtomicU32::new(0), serving: AtomicU32::new(0) }
        }

        fn entry_section(&self, _: ProcessId) {
            let ticket = self.next.fetch_add(1, Ordering::SeqCst);
            loop {
                let serving = self.serving.load(Ordering::SeqCst);
                if serving == ticket {
                    return;
                }
                futex_wait(&self.serving, serving);
            }
        }

        fn exit_section(&self, _: ProcessId) {
            futex_wake(&self.serving, usize::MAX);
            self.serving.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// When the execution is over the sleeper runs on alone, finds its number, and wakes all that sleep: itself.
    #[test]
    fn a_sleeper_is_one_though_it_wakes_itself_afterwards() {
        let effort = Effort {
            processes: vec![2],
            entries: 1,
            seed: 7,
            exhaustive_executions_max: 1_000,
            random_executions: 10,
            pct_executions: 10,
            pos_executions: 10,
            adversary_executions: 0,
            steps_per_execution_max: 1_000,
            pump_repetitions: 10,
        };
        let scenario = CriticalSectionScenario::<WakesFirst>::blocking();
        let mut examiner = Examiner::new(Explorer::new(&scenario), &effort);
        let verdict = examiner.progress(Memory::Sequential).expect("nothing panics");
        let Verdict::Violated(violation) = verdict else { panic!("a wake-up is lost") };
        assert!(
            matches!(violation.kind, Kind::LostWakeup(_) | Kind::EarlyWakeup(_)),
            "{violation:?}"
        );
    }
}
