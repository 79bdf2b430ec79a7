//! Records through anonymous pipes.

use crate::shim::os;

/// What a process does in an exchange of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It sends. The senders are numbered from 0.
    Sender(usize),
    /// It receives. There is one receiver.
    Receiver,
}

/// Records of any length, through anonymous pipes, between a process and its children.
///
/// A pipe carries bytes and knows no boundaries; whoever sends records through it has to mark them. The
/// harness makes one value by [`open`](Self::open), in the process that is there first. Then that process
/// forks: each child has a copy of the value as it stands, and inherits the descriptors. Each of them,
/// the first process too, calls [`begin`](Self::begin) with its role; senders then call
/// [`send`](Self::send) for each record, the receiver calls [`receive`](Self::receive) until the end; each
/// calls [`end`](Self::end) at last. A process may live on after that: it may wait for its children.
///
/// Processes have no memory in common: what they have to say to each other goes through the pipes.
///
/// 1. *Integrity.* (Stands where locks have mutual exclusion.) Each record is received once, whole and
///    unmixed, whatever its length and however many send; records of one sender come in the order in
///    which they were sent. `receive` returns `None` only after all senders have called `end` or
///    died, and not before all records have been received whose `send` returned `Ok`. A record that
///    its sender could not finish, because it died, is not received.
/// 2. *Progress.* Whatever the schedule, nobody waits for ever: a record that was sent is received, and the
///    receiver sees the end. If the receiver is gone, `send` fails with `EPIPE` (some records may have
///    been sent in vain before that), and the sender lives on. Calls that a signal interrupts are
///    made again.
/// 3. *Bounded waiting.* Of several senders none is passed over for ever: a record is received, however many
///    others have still to send. (A few may overtake it: those that were taken out of a pipe together, say.)
///
/// Sources: pipe(2), pipe(7), read(2), write(2), fork(2); Kerrisk, *The Linux Programming Interface*,
/// chapter 44; Stevens, Rago, *Advanced Programming in the UNIX Environment*, section 15.2.
pub trait RecordPipe: Clone + Send + 'static {
    /// Before the fork: opens what all processes inherit, for so many senders and one receiver.
    fn open(senders: usize) -> os::Result<Self>;

    /// After the fork, in each process: makes this copy that of a process with this role, and closes
    /// what it does not need.
    fn begin(&mut self, role: Role) -> os::Result<()>;

    /// Sends a record, which is not empty.
    fn send(&mut self, record: &[u8]) -> os::Result<()>;

    /// The next record, from any sender; `None` at the end.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;

    /// There will be no further call: closes what is still open.
    fn end(&mut self) -> os::Result<()>;
}
