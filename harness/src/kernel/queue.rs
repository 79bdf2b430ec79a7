//! POSIX message queues. Sources: mq_overview(7), mq_open(3), mq_send(3), mq_receive(3), mq_notify(3).

use super::file::File;
use super::{
    Answer, Attempt, Errno, Fd, OpenFlags, PollEvents, QueueAttributes, QueueId, Signal, Simulated,
    Timeout, Wait,
};
use crate::process::ProcessId;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Message {}

/// A message queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queue {}

impl Simulated {
    /// mq_open(3).
    pub(super) fn mq_open(
        &mut self,
        _: ProcessId,
        _: &str,
        _: OpenFlags,
        _: Option<QueueAttributes>,
    ) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// mq_timedsend(3).
    pub(super) fn mq_send(
        &mut self,
        _: ProcessId,
        _: Fd,
        _: &[u8],
        _: u32,
        _: Timeout,
        _: &mut Wait,
        _: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// mq_timedreceive(3).
    pub(super) fn mq_receive(
        &mut self,
        _: ProcessId,
        _: Fd,
        _: &mut [u8],
        _: &mut u32,
        _: Timeout,
        _: &mut Wait,
        _: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// mq_getattr(3).
    pub(super) fn mq_getattr(&mut self, _: ProcessId, _: Fd, _: &mut QueueAttributes) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// mq_setattr(3).
    pub(super) fn mq_setattr(&mut self, _: ProcessId, _: Fd, _: bool) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// mq_unlink(3).
    pub(super) fn mq_unlink(&mut self, _: &str) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// mq_notify(3).
    pub(super) fn mq_notify(&mut self, _: ProcessId, _: Fd, _: Option<(Signal, i32)>) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// `process` closes a descriptor of the queue: its registration for notification goes.
    pub(super) fn unregister(&mut self, _process: ProcessId, _queue: QueueId) {}

    /// What poll(2) answers for a descriptor of it.
    pub(super) fn poll_queue(&self, _: QueueId, _: &File) -> PollEvents {
        PollEvents::empty()
    }

    /// The last descriptor of an open queue is gone.
    pub(super) fn queue_closed(&mut self, _: QueueId) {}

    /// `process`, which waited in it, does not wait any more.
    pub(super) fn queue_forgotten(&mut self, _process: ProcessId, _: &Wait) {}
}
