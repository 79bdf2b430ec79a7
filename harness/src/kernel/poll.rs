//! Waiting for several things at once. Source: poll(2).

use super::file::Object;
use super::{Attempt, Errno, Fd, PollEvents, PollFd, Simulated, Timeout, Wait, Waiting};
use crate::process::ProcessId;

/// Answered whether it was asked or not.
const UNASKED: PollEvents = PollEvents::ERR.union(PollEvents::HUP).union(PollEvents::NVAL);

impl Simulated {
    /// poll(2).
    pub(super) fn poll(
        &mut self,
        me: ProcessId,
        fds: &mut [PollFd],
        timeout: Timeout,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        if fds.len() > self.config.descriptors_max {
            return Attempt::Done(Err(Errno::EINVAL));
        }
        let is_modelled = |polled: &PollFd| self.process(me).file(polled.fd) != Err(Errno::ENOSYS);
        if !fds.iter().all(is_modelled) {
            return Attempt::Done(Err(Errno::ENOSYS));
        }
        let mut answered = 0;
        for polled in fds.iter_mut() {
            polled.revents = self.events(me, *polled);
            answered += usize::from(!polled.revents.is_empty());
        }
        if answered > 0 || self.is_over(timeout, wait, waited) {
            return Attempt::Done(Ok(answered));
        }
        wait.polled.clear();
        wait.polled.extend_from_slice(fds);
        Attempt::Wait(Waiting::Poll)
    }

    /// What poll(2) would answer for each of them now.
    pub(super) fn polled(
        &self,
        process: ProcessId,
        fds: &[PollFd],
    ) -> impl Iterator<Item = PollEvents> {
        fds.iter().map(move |polled| self.events(process, *polled))
    }

    fn events(&self, process: ProcessId, polled: PollFd) -> PollEvents {
        if polled.fd < Fd(0) {
            return PollEvents::empty();
        }
        let Ok(file) = self.file(process, polled.fd) else { return PollEvents::NVAL };
        let events = match file.object {
            Object::Pipe(pipe) => self.pipes.get(pipe.0).poll(file),
            Object::Queue(queue) => self.poll_queue(queue, file),
            Object::Socket(socket) => self.poll_socket(socket, file),
        };
        events & (polled.events | UNASKED)
    }
}
