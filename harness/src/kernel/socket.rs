//! Sockets: of the machine itself (unix(7)) and of its loopback address (tcp(7)). Sources: socket(7),
//! listen(2), accept(2), connect(2), send(2), recv(2), shutdown(2).

use super::file::File;
use super::{Attempt, Call, Errno, PollEvents, Simulated, SocketId, Wait};
use crate::process::ProcessId;

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Socket {}

impl Simulated {
    /// The calls that are for sockets only.
    pub(super) fn socket_call(
        &mut self,
        _: ProcessId,
        _: &mut Call<'_>,
        _: &mut Wait,
        _waited: bool,
    ) -> Attempt {
        Attempt::Done(Err(Errno::ENOSYS))
    }

    /// What poll(2) answers for a descriptor of it.
    pub(super) fn poll_socket(&self, _: SocketId, _: &File) -> PollEvents {
        PollEvents::empty()
    }

    /// Whether a receive from it returns at once.
    pub(super) fn is_receivable(&self, _: SocketId) -> bool {
        false
    }

    /// Whether a send of so many bytes from it gets on.
    pub(super) fn is_sendable(&self, _: SocketId, _bytes: usize) -> bool {
        false
    }

    /// Whether somebody is to be accepted.
    pub(super) fn is_acceptable(&self, _: SocketId) -> bool {
        false
    }

    /// Whether there is room among those who are to be accepted, or nobody listens any more.
    pub(super) fn is_connectable(&self, _: SocketId) -> bool {
        false
    }

    /// Whether what both send goes to the same receiver.
    pub(super) fn same_peer(&self, a: SocketId, b: SocketId) -> bool {
        a == b
    }

    /// The last descriptor is gone.
    pub(super) fn socket_closed(&mut self, _: SocketId) {}
}
