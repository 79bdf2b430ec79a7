//! One execution: who may step, what a step does to memory, and when it is over.
//!
//! The state is a plain value without a fiber or a global in it. A process *arrives* before each
//! operation; then the strategy chooses who steps; the chosen process *performs* its operation.

#![expect(
    clippy::inline_always,
    reason = "the path from a call to the memory is one piece: measured"
)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fiber::Suspender;
use super::operation::{Call, Circumstances, Operation, Refusal, Reply, instead};
use super::spin::{Answer, Ledger, Run, Signature, Step, Trial, TrialStep, Turning};
use crate::choice::{Choice, Chooser, Ending, Pending, Performed, Spinning, Strategy, Turn};
use crate::event::{Event, EventKind, LocationId, Observer, Section, Site};
use crate::memory::{Memory, Model, Race};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::trace::Schedule;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Every process did all it had to do.
    Complete,
    /// Nobody can take a step any more.
    Blocked {
        /// Who waits.
        waiting: ProcessSet,
        /// Whether they wait for ever: each would read the same values again. Otherwise this
        /// execution only stands for the beginning of others.
        for_ever: bool,
    },
    /// It took as many operations as it may.
    StepLimit,
    /// The strategy gave it up.
    Abandoned,
    /// The observer ended it.
    Stopped,
    /// Two processes accessed non-atomic data without an order between them.
    DataRace(DataRace),
    /// The code of `process` panicked.
    Panicked {
        /// Whose code; `None` while the shared value was made.
        process: Option<ProcessId>,
        /// The message.
        message: String,
        /// Where, as `file:line`.
        site: String,
    },
}

/// A data race: two accesses to non-atomic data, at least one a write, neither happens before the
/// other ([intro.races] 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataRace {
    /// Who came second in this execution.
    pub process: ProcessId,
    /// Who came first.
    pub other: ProcessId,
    /// Whether the second access writes.
    pub writes: bool,
    /// Whether the first access wrote.
    pub other_writes: bool,
    /// The second access.
    pub site: Site,
    /// The data.
    pub location: LocationId,
}

/// A stronger ordering to try at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// The call site.
    pub site: Site,
    /// The method called there.
    pub method: &'static str,
    /// The ordering written there.
    pub written: Ordering,
    /// The ordering to use instead.
    pub instead: Ordering,
}

/// How an execution is run, beside its strategy.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The memory model.
    pub model: Model,
    /// Operations after which it ends with [`Outcome::StepLimit`].
    pub steps_max: u32,
    /// Whether accesses are told to the observer as events.
    pub traced: bool,
    /// Orderings to replace.
    pub overrides: Vec<Override>,
}

/// What a process is told when it arrives before an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arrival {
    /// Perform it now.
    Go,
    /// Suspend by this; perform it when woken.
    Switch(Suspender),
    /// This is the answer; nothing is performed. (A trial of a waiting loop.)
    Answer(Answer),
    /// The execution is over, and the process [runs out](Execution::run_out).
    Alone,
}

/// A turn of a waiting loop that nobody has tried out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrialRequest {
    signature: Signature,
    process: ProcessId,
    /// After how many steps of the execution the process arrived at the end of that turn.
    pub(crate) steps: usize,
}

/// One process, seen from inside the execution.
#[derive(Debug, Default)]
struct Local {
    suspender: Option<Suspender>,
    run: Run,
    /// Memory fairness: its reads take the latest write, since the last turn of its waiting loop
    /// read an older one (Lahav et al., OOPSLA'21).
    fresh: bool,
    /// What it waits for, while it is parked.
    awaits: Vec<(LocationId, u64)>,
    /// Whether the turn after which it was parked is evidence of waiting.
    spurious: bool,
    /// Whether its last step was a pause. Others need no second chance to run before it has done
    /// something: pauses in a row are one step, however long a process backs off.
    paused: bool,
}

/// The state of one execution.
pub(crate) struct Execution<'a> {
    strategy: &'a mut dyn Strategy,
    observer: &'a mut dyn Observer,
    state: &'a mut State,
    settings: &'a Settings,
    steps_max: u32,
    watches: bool,
    spinning: Spinning,
    /// Whether to look for turns of waiting loops.
    tracks: bool,
    /// Whether somebody is told of every operation.
    tells: bool,
}

impl std::fmt::Debug for Execution<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution").field("turn", &self.state.turn).finish_non_exhaustive()
    }
}

/// The buffers of executions: reused, so that an execution allocates nothing.
#[derive(Debug)]
pub(crate) struct State {
    memory: Memory,
    pub(super) turn: Turn,
    pub(super) schedule: Schedule,
    /// Identifies the execution in the tags of student variables; never zero.
    stamp: u64,
    processes: usize,
    alive: ProcessSet,
    parked: ProcessSet,
    steps: u32,
    /// Processes are being started, one after the other: nobody steps yet.
    starting: bool,
    locals: [Local; PROCESSES_MAX],
    running: ProcessId,
    outcome: Option<Outcome>,
    /// Operations that the running process may still do although the execution is over.
    alone: u32,
    ledger: Ledger,
    pub(super) trial_requests: Vec<TrialRequest>,
    /// The turn to try out in this execution, and its trial once it is under way.
    pub(super) wanted_trial: Option<TrialRequest>,
    trial: Option<Trial>,
}

/// Numbers executions over all threads, so that no two share a stamp.
static STAMPS: AtomicU64 = AtomicU64::new(1);

/// Moves on as operations are performed, for the watchdog: it stands still while student code runs
/// on without a preemption point.
pub(crate) static HEARTBEAT: AtomicU64 = AtomicU64::new(0);

/// Operations that a process may do to run out, once its execution is over.
const ALONE_MAX: u32 = 40;

/// Operations between two beats. (Every execution begins with one.)
const STEPS_PER_BEAT: u32 = 64;

fn beat() {
    // Who else beats does not matter, as long as it does not stand still.
    HEARTBEAT.store(HEARTBEAT.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// The low bits of a variable's tag number its location; the others hold the stamp.
const LOCATION_BITS: u32 = 20;

impl State {
    pub(super) fn new() -> Self {
        Self {
            memory: Memory::new(),
            turn: Turn::default(),
            schedule: Schedule::new(1),
            stamp: 0,
            processes: 0,
            alive: ProcessSet::EMPTY,
            parked: ProcessSet::EMPTY,
            steps: 0,
            starting: false,
            locals: std::array::from_fn(|_| Local::default()),
            running: ProcessId::new(0),
            outcome: None,
            alone: 0,
            ledger: Ledger::default(),
            trial_requests: Vec::new(),
            wanted_trial: None,
            trial: None,
        }
    }

    /// Makes ready for another execution.
    pub(crate) fn reset(&mut self, model: Model, processes: usize) {
        beat();
        self.memory.reset(model, processes);
        self.turn = Turn::default();
        self.schedule.restart(processes);
        self.stamp = STAMPS.fetch_add(1, Ordering::Relaxed);
        self.processes = processes;
        self.alive = ProcessSet::first(processes);
        self.parked = ProcessSet::EMPTY;
        self.steps = 0;
        self.starting = true;
        for local in &mut self.locals {
            local.suspender = None;
            local.run.clear();
            local.fresh = false;
            local.awaits.clear();
            local.spurious = false;
            local.paused = false;
        }
        self.outcome = None;
        self.alone = 0;
        self.trial_requests.clear();
        self.trial = None;
    }

    /// Operations performed in this execution.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// How many turns hide something.
    pub(super) fn hidden_turns(&self) -> usize {
        self.ledger.hidden()
    }

    /// Whether a turn that was tried out hides something. A trial that never came about (the
    /// replayed process went another way) proves nothing, so that turn is not trusted.
    pub(super) fn settle(&mut self, request: TrialRequest) -> bool {
        if self.ledger.get(request.signature).is_none() {
            self.ledger.insert(request.signature, Turning::Hidden);
        }
        self.ledger.get(request.signature) == Some(Turning::Hidden)
    }
}

/// Hands the memory's questions to the strategy and records the answers.
struct Decider<'a> {
    strategy: &'a mut dyn Strategy,
    schedule: &'a mut Schedule,
    watches: bool,
    fresh: bool,
}

impl Chooser for Decider<'_> {
    #[inline]
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let answer = if self.fresh { 0 } else { self.strategy.choose(choice)? };
        assert!(answer < choice.arity(), "a strategy answers within the arity");
        self.schedule.answer(choice, answer);
        Some(answer)
    }

    #[inline]
    fn watches(&self) -> bool {
        self.watches
    }
}

impl<'a> Execution<'a> {
    pub(crate) fn new(
        state: &'a mut State,
        strategy: &'a mut dyn Strategy,
        observer: &'a mut dyn Observer,
        settings: &'a Settings,
    ) -> Self {
        let watches = strategy.watches();
        let spinning = strategy.spinning();
        let tracks = spinning != Spinning::Run || state.wanted_trial.is_some();
        let tells = watches || settings.traced;
        let steps_max = settings.steps_max;
        Self { strategy, observer, state, settings, steps_max, watches, spinning, tracks, tells }
    }

    /// Whether the execution is over; then nobody performs anything any more.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.state.outcome.is_some()
    }

    /// The suspender of the running process.
    #[inline]
    pub(crate) fn suspender(&self) -> Suspender {
        self.suspender_of(self.state.running)
    }

    #[inline]
    fn suspender_of(&self, process: ProcessId) -> Suspender {
        self.state.locals[process.index()].suspender.expect("a process that runs was started")
    }

    pub(crate) fn started(&mut self, process: ProcessId, suspender: Suspender) {
        self.state.locals[process.index()].suspender = Some(suspender);
    }

    /// Ends the execution. The first outcome stays.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        if self.state.outcome.is_none() {
            self.state.outcome = Some(outcome);
        }
    }

    /// [Ends](Self::end) the execution, off the path that is taken at every step.
    #[cold]
    fn cut(&mut self, outcome: Outcome) {
        self.end(outcome);
    }

    /// The location of a variable whose tag is `tag`, registered at its first use in this
    /// execution with the value that it was created with.
    #[inline]
    pub(crate) fn locate(&mut self, tag: &AtomicU64, initial: u64) -> LocationId {
        let known = tag.load(Ordering::Relaxed);
        if known >> LOCATION_BITS == self.state.stamp {
            return LocationId((known & ((1 << LOCATION_BITS) - 1)) as u32);
        }
        self.register(tag, initial)
    }

    #[cold]
    fn register(&mut self, tag: &AtomicU64, initial: u64) -> LocationId {
        let location = self.state.memory.locate(initial);
        assert!(location.0 < 1 << LOCATION_BITS, "a solution has fewer than a million variables");
        tag.store(self.state.stamp << LOCATION_BITS | u64::from(location.0), Ordering::Relaxed);
        location
    }

    /// The value that a variable has now, if this execution knows it.
    pub(crate) fn latest(&self, tag: &AtomicU64) -> Option<u64> {
        let known = tag.load(Ordering::Relaxed);
        (known >> LOCATION_BITS == self.state.stamp).then(|| {
            self.state.memory.latest(LocationId((known & ((1 << LOCATION_BITS) - 1)) as u32))
        })
    }

    /// The running process is about to do something; `code` tells operations apart.
    #[inline(always)]
    pub(crate) fn arrive(
        &mut self,
        pending: Pending,
        code: u64,
        location: Option<LocationId>,
    ) -> Arrival {
        if self.is_over() {
            return self.arrive_alone();
        }
        let me = self.state.running;
        if self.tracks {
            if self.state.wanted_trial.is_some()
                && let Some(arrival) = self.arrive_in_trial(me, code, location)
            {
                return arrival;
            }
            if self.spinning != Spinning::Run
                && self.state.locals[me.index()].run.repeats(code, location)
            {
                self.turned(me, code, location);
            }
        }
        self.choose(me, pending)
    }

    /// The running process is about to pause: to take a step without any effect.
    #[inline]
    pub(crate) fn arrive_at_pause(&mut self) -> Arrival {
        if self.tracks
            && let Some(trial) = &mut self.state.trial
        {
            let step = trial.pause();
            return self.tried(step);
        }
        if self.is_over() {
            return self.arrive_alone();
        }
        let me = self.state.running;
        if std::mem::replace(&mut self.state.locals[me.index()].paused, true) {
            return Arrival::Answer(Answer { value: 0, spurious: false });
        }
        self.choose(me, Pending::Silent)
    }

    /// Chooses who steps next, now that it is known what `me` will do.
    #[inline(always)]
    fn choose(&mut self, me: ProcessId, pending: Pending) -> Arrival {
        self.state.turn.pending[me.index()] = pending;
        if !self.state.starting && self.choose_who_steps() == Some(me) {
            Arrival::Go
        } else {
            Arrival::Switch(self.suspender_of(me))
        }
    }

    /// The same, out of line.
    fn choose_next(&mut self) {
        self.choose_who_steps();
    }

    /// Chooses who steps next; `None`: the execution is over.
    #[inline(always)]
    fn choose_who_steps(&mut self) -> Option<ProcessId> {
        let state = &mut *self.state;
        let runnable = state.alive.difference(state.parked);
        let Some(lowest) = runnable.lowest() else {
            self.nobody_can_step();
            return None;
        };
        if state.steps >= self.steps_max {
            self.cut(Outcome::StepLimit);
            return None;
        }
        let next = if runnable == ProcessSet::only(lowest) && !self.watches {
            lowest
        } else {
            state.turn.runnable = runnable;
            state.turn.parked = state.parked;
            let Some(index) = self.strategy.choose(&Choice::Process(&state.turn)) else {
                self.cut(Outcome::Abandoned);
                return None;
            };
            let next = ProcessId::new(index);
            assert!(runnable.contains(next), "a strategy chooses a process that can step");
            next
        };
        state.schedule.step(next);
        state.running = next;
        state.turn.previous = Some(next);
        state.turn.steps[next.index()] += 1;
        state.steps += 1;
        if state.steps.is_multiple_of(STEPS_PER_BEAT) {
            beat();
        }
        Some(next)
    }

    #[cold]
    fn nobody_can_step(&mut self) {
        let state = &mut *self.state;
        if state.alive.is_empty() {
            return self.end(Outcome::Complete);
        }
        let for_ever = state.alive.iter().all(|process| {
            let local = &state.locals[process.index()];
            !local.spurious
                && local
                    .awaits
                    .iter()
                    .all(|&(location, value)| state.memory.latest(location) == value)
        });
        let waiting = state.alive;
        self.end(Outcome::Blocked { waiting, for_ever });
    }

    /// `me` has run through a loop once without effect and is about to do so again.
    #[cold]
    fn turned(&mut self, me: ProcessId, code: u64, location: Option<LocationId>) {
        let state = &mut *self.state;
        let local = &mut state.locals[me.index()];
        let mut turn = None;
        for (signature, steps) in local.run.turns(code, location) {
            match state.ledger.get(signature) {
                Some(Turning::Hidden) => {}
                Some(Turning::Endless) => {
                    turn = Some(steps);
                    break;
                }
                None => {
                    // Taken for endless until tried out after this execution.
                    state.trial_requests.push(TrialRequest {
                        signature,
                        process: me,
                        steps: state.schedule.len(),
                    });
                    turn = Some(steps);
                    break;
                }
            }
        }
        let Some(turn) = turn else { return };
        let spurious = turn.iter().any(|step| step.spurious);
        let outdated = turn.iter().any(|step| {
            step.read
                && step.location.is_some_and(|location| state.memory.latest(location) != step.value)
        });
        if self.spinning == Spinning::Park && (spurious || outdated) {
            // It would not wait for ever: spurious failures end, and stores become visible.
            local.fresh = true;
            local.run.clear();
            return;
        }
        local.spurious = spurious;
        local.awaits.clear();
        local.awaits.extend(
            turn.iter()
                .filter(|step| step.read)
                .filter_map(|step| step.location.map(|location| (location, step.value))),
        );
        local.run.clear();
        state.parked.insert(me);
    }

    /// `me` arrives before an operation in an execution that is run for a trial: what the trial
    /// answers, if it is under way or begins here.
    #[cold]
    fn arrive_in_trial(
        &mut self,
        me: ProcessId,
        code: u64,
        location: Option<LocationId>,
    ) -> Option<Arrival> {
        if let Some(trial) = &mut self.state.trial {
            let step = trial.operate(code, location);
            return Some(self.tried(step));
        }
        if self.spinning != Spinning::Run
            && self.state.locals[me.index()].run.repeats(code, location)
        {
            return None; // parked before, so parked again
        }
        self.start_trial(me, code, location)
    }

    /// Starts the trial that this execution is run for, if `me` has just completed that turn.
    fn start_trial(
        &mut self,
        me: ProcessId,
        code: u64,
        location: Option<LocationId>,
    ) -> Option<Arrival> {
        let state = &mut *self.state;
        let wanted = state.wanted_trial?;
        if wanted.process != me || wanted.steps != state.schedule.len() {
            return None;
        }
        let local = &state.locals[me.index()];
        let (signature, turn) = local
            .run
            .turns(code, location)
            .find(|(signature, _)| *signature == wanted.signature)?;
        let mut trial = Trial::new(signature, turn, &mut state.ledger);
        let step = trial.operate(code, location);
        state.trial = Some(trial);
        Some(self.tried(step))
    }

    fn tried(&mut self, step: TrialStep) -> Arrival {
        beat();
        match step {
            TrialStep::Answer(answer) => Arrival::Answer(answer),
            TrialStep::Over(turning) => {
                self.trial_over(turning);
                Arrival::Switch(self.suspender())
            }
        }
    }

    fn trial_over(&mut self, turning: Turning) {
        if let Some(trial) = self.state.trial.take() {
            self.state.ledger.insert(trial.signature(), turning);
        }
        self.end(Outcome::Abandoned);
    }

    /// The running process performs an operation with that code. `None`: the execution is over.
    #[inline(always)]
    pub(crate) fn perform<O: Operation>(
        &mut self,
        operation: &mut O,
        call: Call,
        code: u64,
        location: LocationId,
    ) -> Option<Reply> {
        if self.is_over() {
            return None;
        }
        let process = self.state.running;
        let state = &mut *self.state;
        state.locals[process.index()].paused = false;
        let decider = Decider {
            strategy: &mut *self.strategy,
            schedule: &mut state.schedule,
            watches: self.watches,
            fresh: state.locals[process.index()].fresh,
        };
        let overrides = &self.settings.overrides;
        let at = Circumstances { process, location, call, step: state.steps, overrides };
        let effect = match operation.perform(at, &mut state.memory, decider) {
            Ok(effect) => effect,
            Err(Refusal::Abandoned) => {
                self.cut(Outcome::Abandoned);
                return None;
            }
            Err(Refusal::Race(race)) => return self.raced(call.site, location, O::WRITES, race),
        };
        if self.tracks {
            let local = &mut state.locals[process.index()];
            if effect.changes {
                local.run.clear();
                local.fresh = false;
                if !state.parked.is_empty() && self.spinning == Spinning::Park {
                    unpark(state, location);
                }
            } else {
                local.run.push(Step {
                    code,
                    location: Some(location),
                    value: effect.reply().value,
                    read: effect.read.is_some(),
                    spurious: effect.spurious,
                    stale: effect.stale_by != 0,
                });
            }
        }
        if self.tells {
            // In here, so that what nobody is told of is never put together.
            if self.watches && effect.ordering.is_some() {
                self.strategy.performed(&Performed {
                    process,
                    index: self.state.memory.event_count(process) - 1,
                    location: Some(location),
                    reads_from: effect.reads_from,
                    follows: effect.follows,
                });
            }
            if self.settings.traced {
                self.tell(process, EventKind::Access(effect.access(call, location)));
            }
            if self.is_over() {
                return None;
            }
        }
        Some(effect.reply())
    }

    #[cold]
    fn raced(
        &mut self,
        site: Site,
        location: LocationId,
        writes: bool,
        race: Race,
    ) -> Option<Reply> {
        let process = self.state.running;
        self.end(Outcome::DataRace(DataRace {
            process,
            other: race.other,
            writes,
            other_writes: race.other_wrote,
            site,
            location,
        }));
        None
    }

    /// The running process performs a fence.
    pub(crate) fn fence(&mut self, ordering: Ordering, site: Site, code: u64) {
        if self.is_over() {
            return;
        }
        let me = self.state.running;
        self.state.locals[me.index()].paused = false;
        let ordering = instead(&self.settings.overrides, site, "fence", ordering);
        self.state.memory.fence(me, ordering);
        if self.watches {
            self.strategy.performed(&Performed {
                process: me,
                index: self.state.memory.event_count(me) - 1,
                location: None,
                reads_from: None,
                follows: None,
            });
        }
        if self.tracks {
            self.state.locals[me.index()].run.push(Step {
                code,
                location: None,
                value: 0,
                read: false,
                spurious: false,
                stale: false,
            });
        }
        if self.settings.traced {
            self.tell(me, EventKind::Fence(ordering, site));
        }
    }

    /// The running process pauses.
    pub(crate) fn pause(&mut self, site: Site) {
        if self.settings.traced && !self.is_over() {
            self.tell(self.state.running, EventKind::Pause(site));
        }
    }

    /// The running process goes from one section to the next.
    pub(crate) fn section(&mut self, kind: EventKind) {
        if self.is_over() {
            return;
        }
        if self.state.trial.is_some() {
            // It left its loop.
            return self.trial_over(Turning::Hidden);
        }
        let me = self.state.running;
        self.state.locals[me.index()].paused = false;
        let turn = &mut self.state.turn;
        // Naming the kind again spares a copy: the largest kind is an access.
        let (section, kind) = match kind {
            EventKind::EntryCalled => (Section::Entry, EventKind::EntryCalled),
            EventKind::EntryReturned => {
                turn.entries[me.index()] += 1;
                (Section::Critical, EventKind::EntryReturned)
            }
            EventKind::ExitCalled => (Section::Exit, EventKind::ExitCalled),
            EventKind::ExitReturned => (Section::Remainder, EventKind::ExitReturned),
            EventKind::Finished => (Section::Remainder, EventKind::Finished),
            EventKind::Access(_) | EventKind::Fence(..) | EventKind::Pause(_) => {
                unreachable!("not a section")
            }
        };
        turn.sections[me.index()] = section;
        let local = &mut self.state.locals[me.index()];
        local.run.clear();
        local.fresh = false;
        self.tell(me, kind);
    }

    /// The body of `process` returned.
    pub(crate) fn finished(&mut self, process: ProcessId) {
        self.section(EventKind::Finished);
        self.state.alive.remove(process);
        if !self.is_over() && !self.state.starting {
            self.choose_next();
        }
    }

    /// `process` is about to be started; it runs to its first operation.
    pub(crate) fn start(&mut self, process: ProcessId) {
        self.state.running = process;
    }

    /// All processes stand before their first operation: the first step is chosen.
    pub(crate) fn begin(&mut self) {
        self.state.starting = false;
        if !self.is_over() {
            self.choose_next();
        }
    }

    /// Who is to run on; `None` when the execution is over.
    #[inline]
    pub(crate) fn next(&self) -> Option<ProcessId> {
        if self.is_over() { None } else { Some(self.state.running) }
    }

    /// The execution is over. `process`, which has not finished, goes on alone for a while, seen by
    /// nobody: most get to the end of their code, which is a hundred times cheaper than to unwind them.
    pub(crate) fn run_out(&mut self, process: ProcessId) {
        self.state.running = process;
        self.state.alone = ALONE_MAX;
    }

    #[cold]
    fn arrive_alone(&mut self) -> Arrival {
        let Some(left) = self.state.alone.checked_sub(1) else {
            return Arrival::Switch(self.suspender());
        };
        self.state.alone = left;
        Arrival::Alone
    }

    /// What a process that runs out finds in the variable; it may change it.
    #[cold]
    pub(crate) fn perform_alone(
        &mut self,
        operation: &mut impl Operation,
        location: LocationId,
    ) -> Reply {
        let value = self.state.memory.latest(location);
        let written = operation.writes(value);
        if let Some(written) = written {
            self.state.memory.set_latest(location, written);
        }
        Reply { value, wrote: written.is_some() }
    }

    /// Whoever has not run out by now is unwound.
    pub(crate) fn run_out_no_more(&mut self) {
        self.state.alone = 0;
    }

    /// Whether the running process runs out.
    pub(crate) fn is_running_out(&self) -> bool {
        self.state.alone != 0
    }

    /// Tells the strategy that the execution is over, and takes its outcome.
    pub(crate) fn conclude(self) -> Outcome {
        let ending = match &self.state.outcome {
            Some(Outcome::Complete) => Ending::Complete,
            Some(Outcome::Blocked { .. }) => Ending::Blocked,
            _ => Ending::Cut,
        };
        self.strategy.end(ending);
        self.state.outcome.take().expect("an execution that is over has an outcome")
    }

    fn tell(&mut self, process: ProcessId, kind: EventKind) {
        let operation =
            matches!(kind, EventKind::Access(_) | EventKind::Fence(..) | EventKind::Pause(_));
        // An operation was counted when its process was chosen.
        let step = self.state.steps - u32::from(operation);
        let event = Event { step, process, kind };
        if self.observer.observe(&event) == ControlFlow::Break(()) {
            self.end(Outcome::Stopped);
        }
    }
}

/// Wakes who waits for a new value at `location`.
#[cold]
fn unpark(state: &mut State, location: LocationId) {
    for process in state.parked.iter() {
        let local = &mut state.locals[process.index()];
        if local.awaits.iter().any(|&(awaited, _)| awaited == location) {
            local.awaits.clear();
            state.parked.remove(process);
        }
    }
}
