//! Pipes and FIFOs. Sources: pipe(7), fifo(7), write(2), fcntl(2).

use super::file::File;
use super::{Answer, Attempt, Errno, Fd, OpenFlags, PipeId, Simulated, Wait};
use crate::process::ProcessId;

/// A pipe, or what is in a FIFO.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pipe {}

impl Pipe {
    /// How many bytes it holds: `F_GETPIPE_SZ`.
    pub(super) fn capacity(&self) -> usize {
        0
    }

    /// `F_SETPIPE_SZ`.
    pub(super) fn resize(&mut self, _bytes: usize) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// Whether a read returns at once.
    pub(super) fn is_readable(&self) -> bool {
        false
    }

    /// Whether a write of so many bytes gets on.
    pub(super) fn is_writable(&self, _bytes: usize) -> bool {
        false
    }

    /// How often an end was opened.
    pub(super) fn was_opened(&self, _to_read: bool) -> u32 {
        0
    }
}

impl Simulated {
    /// pipe2(2).
    pub(super) fn pipe(&mut self, _: ProcessId, _: &mut [Fd; 2], _: OpenFlags) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// read(2), of whatever it is.
    pub(super) fn read(&mut self, _: ProcessId, _: Fd, _: &mut [u8]) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// write(2), to whatever it is.
    pub(super) fn write(&mut self, _: ProcessId, _: Fd, _: &[u8], _: &mut Wait) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// mkfifo(3).
    pub(super) fn mkfifo(&mut self, _: &str) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// open(2).
    pub(super) fn open(
        &mut self,
        _: ProcessId,
        _: &str,
        _: OpenFlags,
        _: &mut Wait,
        _waited: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// unlink(2).
    pub(super) fn unlink(&mut self, _: &str) -> Answer {
        Err(Errno::ENOSYS)
    }

    /// The last descriptor of that end is gone.
    pub(super) fn pipe_closed(&mut self, _: PipeId, _: &File) {}
}
