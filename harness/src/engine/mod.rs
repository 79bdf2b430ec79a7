//! One execution of a scenario, and the fibers that its processes run on.
//!
//! The engine knows memory, choices and schedules. It knows no oracle, no contract and no strategy:
//! whoever answers choices and whoever watches are handed in. What makes an execution known to the
//! shims, and drives it, is [`backend`](crate::backend).

mod execution;
mod fiber;
mod operation;
mod outcome;
mod spin;

use crate::event::LocationId;
use crate::kernel::Simulated;
use crate::process::{ProcessId, ProcessSet};
use crate::trace::Schedule;

pub(crate) use execution::{
    Arrival, Called, Delivered, Execution, HEARTBEAT, Handler, TrialRequest, decoded,
};
pub use execution::{Cause, Waitable, Wanted};
pub(crate) use fiber::{Fiber, Guard, Stopped, Suspender};
pub(crate) use operation::{
    Call, Load, Method, Opaque, Operation, PlainRead, PlainWrite, Reply, Store, Update, code,
};

pub use outcome::{DataRace, Loans, Means, Misuse, Outcome, Override, Settings};

/// What the processes of a scenario do.
pub trait Body {
    /// How many processes there are.
    fn processes(&self) -> usize;

    /// All that `process` does.
    fn run(&self, process: ProcessId);
}

/// Stacks and buffers for executions, one after another, and what was learnt about the waiting
/// loops of the code that they run: an engine serves one solution.
#[derive(Debug)]
pub struct Engine {
    pub(crate) fibers: Vec<Fiber>,
    pub(crate) state: execution::State,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine that has run nothing yet.
    pub fn new() -> Self {
        Self { fibers: Vec::new(), state: execution::State::new() }
    }

    /// The decisions of the last execution.
    pub fn schedule(&self) -> &Schedule {
        &self.state.schedule
    }

    /// Operations performed in the last execution.
    pub fn steps(&self) -> u32 {
        self.state.steps()
    }

    /// How often `process` entered its critical section in the last execution.
    pub fn entries(&self, process: ProcessId) -> u32 {
        self.state.turn.entries[process.index()]
    }

    /// The machine at the end of the last execution, if there was one.
    pub fn machine(&self) -> Option<&Simulated> {
        self.state.kernel.as_ref()
    }

    /// Who sleeps at the end of the last execution, and for what.
    pub fn sleepers(&self) -> Vec<(ProcessId, Wanted)> {
        self.state.sleepers()
    }

    /// What the last execution kept in memory by name.
    pub fn waitables(&self) -> &[(Waitable, LocationId)] {
        &self.state.waitables
    }

    /// Who sleeps at the end of the last execution.
    pub fn asleep(&self) -> ProcessSet {
        self.state.asleep()
    }

    /// Who waited in a system call at the end of the last execution.
    pub fn waits_in_call(&self) -> ProcessSet {
        self.state.waits_in_call()
    }

    /// The turns of waiting loops that the last execution met for the first time. It took them for
    /// endless; each is to be tried out with [`want_trial`](Self::want_trial).
    pub(crate) fn trial_requests(&self) -> Vec<TrialRequest> {
        self.state.trial_requests.clone()
    }

    /// Whether there are such turns.
    pub(crate) fn has_trial_requests(&self) -> bool {
        !self.state.trial_requests.is_empty()
    }

    /// How many turns were found to hide something.
    pub(crate) fn hidden_turns(&self) -> usize {
        self.state.hidden_turns()
    }

    /// Makes `schedule` the last execution's again, after others were run on its account.
    pub(crate) fn restore_schedule(&mut self, schedule: Schedule) {
        self.state.schedule = schedule;
    }

    /// Whether a turn that was tried out hides something. `None`: it was not.
    pub(crate) fn was_tried(&self, request: TrialRequest) -> Option<bool> {
        self.state.was_tried(request)
    }

    /// The next execution, which replays the first steps of the one that asked, is run to try out
    /// this turn.
    pub(crate) fn want_trial(&mut self, request: TrialRequest) {
        self.state.wanted_trial = Some(request);
    }

    /// Ends the trial; whether the turn turned out to hide something, so that the execution that
    /// asked must not be believed.
    pub(crate) fn end_trial(&mut self, request: TrialRequest) -> bool {
        self.state.wanted_trial = None;
        self.state.settle(request)
    }
}
