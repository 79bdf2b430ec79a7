//! Messages by signals, from one process to another.

use super::Role;
use crate::shim::os::{self, Pid};

/// Messages of two bytes, by signals, from one process to another one.
///
/// A signal is sent to a process, not to a mailbox: each knows the number of the other. A standard signal is one
/// bit that is set or not, however often it was sent; a real-time signal is queued and has a number
/// with it, as long as there is room. The harness calls [`prepare`](Self::prepare) in the process that is
/// there first. Then that process forks: its child inherits which signals are blocked, which are
/// ignored, and which are handled. Both call [`begin`](Self::begin), with their role and the other's
/// number, which makes the value that they go on with; the sender then calls
/// [`send`](Self::send) for each message, the receiver calls [`receive`](Self::receive) until the
/// end; both call [`end`](Self::end) at last, and exit.
///
/// Processes have no memory in common: what they have to say to each other goes by signals.
///
/// 1. *Integrity.* (Stands where locks have mutual exclusion.) Each message is received once, as it was
///    sent, and in the order in which it was sent. `receive` returns `None` only after the sender has
///    called `end`, and not before all messages have been received. Nobody is killed by a signal, be one
///    process ever so much faster than the other.
/// 2. *Progress.* Whatever the schedule, nobody waits for ever: a message that was sent is received, and the
///    receiver sees the end. There may be room for a single queued signal: a further one that is sent
///    with its number then fails with `EAGAIN`. Calls that a signal interrupts are made again.
///
/// Sources: signal(7), sigaction(2), sigprocmask(2), sigwaitinfo(2), sigqueue(3), sigsuspend(2), kill(2); Kerrisk,
/// *The Linux Programming Interface*, chapters 20 to 22.
pub trait SignalLine: Sized + 'static {
    /// Before the fork: what has to be done before the first signal can come.
    fn prepare() -> os::Result<()>;

    /// After the fork, in both processes: what a process with this role needs. The other one has the number
    /// `peer`.
    fn begin(role: Role, peer: Pid) -> os::Result<Self>;

    /// Sends a message.
    fn send(&mut self, message: [u8; 2]) -> os::Result<()>;

    /// The next message; `None` at the end.
    fn receive(&mut self) -> os::Result<Option<[u8; 2]>>;

    /// There will be no further call: the receiver is to learn of that.
    fn end(&mut self) -> os::Result<()>;
}
