//! Waiting for several things at once. Source: poll(2).

use super::{Attempt, Errno, PollEvents, PollFd, Simulated, Timeout, Wait};
use crate::process::ProcessId;

impl Simulated {
    /// poll(2).
    pub(super) fn poll(
        &mut self,
        _: ProcessId,
        _: &mut [PollFd],
        _: Timeout,
        _: &mut Wait,
        _waited: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// What poll(2) would answer for each of them now.
    pub(super) fn polled(
        &self,
        _process: ProcessId,
        fds: &[PollFd],
    ) -> impl Iterator<Item = PollEvents> {
        fds.iter().map(|_| PollEvents::empty())
    }
}
