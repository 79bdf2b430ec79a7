//! Signals. Sources: signal(7), sigaction(2), sigprocmask(2), sigqueue(3), sigwaitinfo(2), kill(2).

use super::{Attempt, Call, Delivery, Ending, Errno, SigSet, Signal, Simulated, Status, Wait};
use crate::process::ProcessId;

/// What one process has to do with signals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Signals {}

impl Signals {
    /// What a child begins with: the mask and the actions, nothing pending. Source: fork(2).
    pub(super) fn inherited(&self) -> Self {
        self.clone()
    }
}

impl Simulated {
    /// The calls that are about signals.
    pub(super) fn signal_call(
        &mut self,
        _: ProcessId,
        _: &mut Call<'_>,
        _: &mut Wait,
        _waited: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// Whether one of these signals is pending.
    pub(super) fn is_pending(&self, _: ProcessId, _: SigSet) -> bool {
        false
    }

    /// Whether a signal is pending that interrupts a call that waits.
    pub(super) fn is_interrupted(&self, _: ProcessId) -> bool {
        false
    }

    /// A signal came while `process` waited in `call`: what becomes of the call.
    pub(super) fn interrupted(
        &mut self,
        process: ProcessId,
        _call: &Call<'_>,
        wait: &Wait,
    ) -> Status {
        self.forget(process, wait);
        let answer = if wait.done > 0 { Ok(wait.done) } else { Err(Errno::EINTR) };
        Status::Interrupted(Some(answer))
    }

    /// `process` gives up the call in which it waited: what it had left somewhere goes.
    pub(super) fn forget(&mut self, process: ProcessId, wait: &Wait) {
        self.queue_forgotten(process, wait);
        self.open_forgotten(wait);
    }

    /// The kernel itself sends a signal to `process`.
    pub(super) fn raise(&mut self, _process: ProcessId, _signal: Signal) {}

    /// The next signal that is to be delivered to `process`.
    pub(super) fn next_signal(&mut self, _: ProcessId) -> Delivery {
        Delivery::Nothing
    }

    /// Its handler has returned.
    pub(super) fn handler_returned(&mut self, _: ProcessId) {}

    /// SIGCHLD goes to the parent of a process that ended.
    pub(super) fn tell_parent(&mut self, _: ProcessId, _: Ending) {}
}
