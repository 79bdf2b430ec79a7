//! Records through named pipes, between processes that know a path.

use super::Role;
use crate::shim::os;

/// Records through named pipes (FIFOs), between processes that have nothing in common but a path.
///
/// Whoever knows the path can open the pipe; no descriptor need be inherited. All processes are there from the
/// beginning and start in any order. Each calls [`open`](Self::open) with the path, its role, and how many
/// senders there are; senders then call [`send`](Self::send) for each record, the receiver calls
/// [`receive`](Self::receive) until the end; each calls [`end`](Self::end) at last. There may be a pipe
/// at the path from an earlier run. Who needs more than one pipe gives them names that begin with the
/// path.
///
/// Processes have no memory in common: what they have to say to each other goes through pipes.
///
/// 1. *Integrity.* (Stands where locks have mutual exclusion.) Each record is received once, whole and
///    unmixed, whatever its length and however many send; records of one sender come in the order in
///    which they were sent. `receive` returns `None` only after all senders have called `end`, though
///    some may not have opened the pipe yet when others have closed it; and not before all records
///    have been received whose `send` returned `Ok`.
/// 2. *Progress.* Whatever the schedule, nobody waits for ever: a record that was sent is received, and the
///    receiver sees the end. Whoever opens may wait until the others do. If there is one sender, and the receiver
///    ends before it does, `send` fails with `EPIPE`, and `end` may (some records may have been sent in vain before
///    that), and the sender lives on. Calls that a signal interrupts are
///    made again.
/// 3. *Bounded waiting.* Of several senders none is passed over for ever: a record is received, however many
///    others have still to send.
///
/// No process dies. A receiver that has several senders receives all.
///
/// Sources: fifo(7), mkfifo(3), open(2), pipe(7), read(2), write(2); Kerrisk, *The Linux Programming Interface*,
/// sections 44.7 to 44.10; Stevens, Rago, *Advanced Programming in the UNIX Environment*, section 15.5.
pub trait NamedPipe: Sized + Send + 'static {
    /// In each process: makes the pipe unless it is there, and opens what the role needs.
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self>;

    /// Sends a record, which is not empty.
    fn send(&mut self, record: &[u8]) -> os::Result<()>;

    /// The next record, from any sender; `None` at the end.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;

    /// There will be no further call: closes what is still open.
    fn end(&mut self) -> os::Result<()>;
}
