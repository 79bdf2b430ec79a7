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
use super::outcome::{DataRace, Loans, Outcome, Settings};
use super::spin::{Answer, Step, Turning};
use crate::choice::{Choice, Chooser, Ending, Pending, Performed, Spinning, Strategy};
use crate::event::{Event, EventKind, LocationId, Observer, Section, Site};
use crate::memory::Race;
use crate::process::{ProcessId, ProcessSet};
use crate::trace::Schedule;

mod calling;
mod sleeping;
mod state;
mod waiting;

pub(crate) use calling::{Called, Delivered, decoded};
pub use sleeping::{Cause, Waitable, Wanted};
pub(crate) use state::{HEARTBEAT, Handler, State, TrialRequest};

use state::{LOCATION_BITS, STEPS_PER_BEAT, beat};
use waiting::unpark;

/// Operations that a process may do to run out, once its execution is over.
const ALONE_MAX: u32 = 40;

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

/// The state of one execution.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of the strategy or the settings"
)]
pub(crate) struct Execution<'a> {
    strategy: &'a mut dyn Strategy,
    observer: &'a mut dyn Observer,
    state: &'a mut State,
    settings: &'a Settings,
    steps_max: u32,
    watches: bool,
    spinning: Spinning,
    serves_in_order: bool,
    /// Whether the strategy wants to know the state.
    tells_states_apart: bool,
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
        let serves_in_order = strategy.serves_in_order();
        let tells_states_apart = settings.machine.is_some() && strategy.tells_states_apart();
        Self {
            strategy,
            observer,
            state,
            settings,
            steps_max,
            watches,
            spinning,
            serves_in_order,
            tells_states_apart,
            tracks,
            tells,
        }
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

    /// Which process is running, and in which section.
    pub(crate) fn whereabouts(&self) -> (ProcessId, Section) {
        let running = self.state.running;
        (running, self.state.turn.sections[running.index()])
    }

    /// What the solution may use.
    pub(crate) const fn loans(&self) -> Loans {
        self.settings.loans
    }

    /// How many processes there are.
    pub(crate) const fn processes(&self) -> usize {
        self.state.processes
    }

    /// Ends the execution. The first outcome stays.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        if self.state.outcome.is_none() {
            self.state.outcome = Some(outcome);
            // Whoever runs out changes the memory: it may wake itself, or leave a guard.
            self.state.note_sleepers();
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
    pub(crate) fn locate(&mut self, tag: &AtomicU64, initial: u64, site: Site) -> LocationId {
        let known = tag.load(Ordering::Relaxed);
        if known >> LOCATION_BITS == self.state.stamp {
            return LocationId((known & ((1 << LOCATION_BITS) - 1)) as u32);
        }
        self.register(tag, initial, site)
    }

    #[cold]
    fn register(&mut self, tag: &AtomicU64, initial: u64, site: Site) -> LocationId {
        if !self.settings.loans.memory {
            self.end(Outcome::Panicked {
                process: Some(self.state.running),
                message:
                    "shared memory is not lent to this assignment: its processes have their memory \
                          for themselves, and pass messages"
                        .to_owned(),
                site: format!("{}:{}", site.file(), site.line()),
            });
        }
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
        let next =
            if runnable == ProcessSet::only(lowest) && !self.watches && !self.tells_states_apart {
                lowest
            } else {
                state.turn.runnable = runnable;
                state.turn.parked = state.parked;
                if self.tells_states_apart && self.strategy.wants_state() {
                    state.turn.state = calling::state(state, &*self.observer);
                }
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
                && local.wants.is_none_or(|wanted| state.memory.latest(wanted.location) == 0)
                && local
                    .awaits
                    .iter()
                    .all(|&(location, value)| state.memory.latest(location) == value)
        });
        let waiting = state.alive;
        self.end(Outcome::Blocked { waiting, for_ever });
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
                    value: if O::OPAQUE { 0 } else { effect.reply().value },
                    read: effect.read.is_some() && !O::OPAQUE,
                    spurious: effect.spurious,
                    stale: effect.stale_by != 0 && !O::OPAQUE,
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
        self.got_on();
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
        turn.entries[me.index()] += u32::from(kind.is_entry());
        if let Some(section) = kind.section() {
            turn.sections[me.index()] = section;
        }
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
    /// Not so after a violation: what comes after it is no execution of an algorithm any more, and
    /// might compute for ever. Whether the process is to go on.
    pub(crate) fn run_out(&mut self, process: ProcessId) -> bool {
        // Nor where system calls are made: a machine that has stopped answers no more.
        let broken = self.state.kernel.is_some()
            || matches!(
                self.state.outcome,
                Some(
                    Outcome::DataRace(_)
                        | Outcome::Misused(_)
                        | Outcome::Panicked { .. }
                        | Outcome::Stopped
                )
            );
        if !broken {
            self.state.running = process;
            self.state.alone = ALONE_MAX;
        }
        !broken
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
        // An operation was counted when its process was chosen.
        let step = self.state.steps - u32::from(kind.is_step());
        let event = Event { step, process, kind };
        if self.observer.observe(&event) == ControlFlow::Break(()) {
            self.end(Outcome::Stopped);
        }
    }
}
