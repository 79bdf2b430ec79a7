//! Virtual time. It passes only while somebody waits for it.

use super::{Attempt, Simulated, Timeout, Wait, Waiting};

/// What clock_gettime(2) says in the beginning: far from zero, so that a relative time where an absolute one
/// belongs lies long past.
pub(super) const START: u64 = 1_750_000_000 * 1_000_000_000;

impl Simulated {
    /// Notes until when a call that has to wait waits; `true`: that time has come. A call that waited
    /// for it, and is asked to go on with nothing else to go on for, lets it pass.
    pub(super) fn is_over(&mut self, timeout: Timeout, wait: &mut Wait, waited: bool) -> bool {
        if waited {
            if let Some(deadline) = wait.deadline {
                self.now = self.now.max(deadline);
            }
            return wait.deadline.is_some();
        }
        wait.deadline = match timeout {
            Timeout::Never => None,
            Timeout::After(nanoseconds) => Some(self.now.saturating_add(nanoseconds)),
            Timeout::At(time) => Some(time),
        };
        wait.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// clock_nanosleep(2).
    pub(super) fn nanosleep(&mut self, until: Timeout, wait: &mut Wait, waited: bool) -> Attempt {
        if self.is_over(until, wait, waited) {
            return Attempt::Done(Ok(0));
        }
        Attempt::Wait(Waiting::Sleep)
    }
}
