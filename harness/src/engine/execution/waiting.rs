//! What becomes of a process that waits: it is parked, woken, or its loop is tried out.

use super::super::spin::{Trial, TrialStep, Turning};
use super::state::{State, TrialRequest, beat};
use super::{Arrival, Execution, Outcome};
use crate::choice::Spinning;
use crate::event::LocationId;
use crate::process::ProcessId;

impl Execution<'_> {
    /// `me` has run through a loop once without effect and is about to do so again.
    #[cold]
    pub(super) fn turned(&mut self, me: ProcessId, code: u64, location: Option<LocationId>) {
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
    pub(super) fn arrive_in_trial(
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

    pub(super) fn tried(&mut self, step: TrialStep) -> Arrival {
        beat();
        match step {
            TrialStep::Answer(answer) => Arrival::Answer(answer),
            TrialStep::Over(turning) => {
                self.trial_over(turning);
                Arrival::Switch(self.suspender())
            }
        }
    }

    pub(super) fn trial_over(&mut self, turning: Turning) {
        if let Some(trial) = self.state.trial.take() {
            self.state.ledger.insert(trial.signature(), turning);
        }
        self.end(Outcome::Abandoned);
    }
}

/// Wakes who waits for a new value at `location`.
#[cold]
pub(super) fn unpark(state: &mut State, location: LocationId) {
    for process in state.parked.iter() {
        let local = &mut state.locals[process.index()];
        if local.awaits.iter().any(|&(awaited, _)| awaited == location) {
            local.awaits.clear();
            state.parked.remove(process);
        }
    }
}
