//! Messages with priorities, through a POSIX message queue.

use super::Role;
use crate::shim::os;

/// What a message queue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueTerms {
    /// How many processes send. One receives.
    pub senders: usize,
    /// How many messages the queue is to hold: 1 to 10.
    pub capacity: usize,
    /// How many bytes a message has at most.
    pub longest: usize,
}

/// Messages with priorities, through a POSIX message queue that has a name.
///
/// A queue keeps messages apart, and hands out the most urgent one first. It lives in the kernel: it is there
/// until somebody removes its name, whoever made it. The harness makes one value by
/// [`prepare`](Self::prepare), in the process that is there first. Under the name there may still be a
/// queue of an earlier run, made for other messages, with messages in it. Then that process forks: each
/// child has a copy of the value as it stands. Each of them, the first process too, calls
/// [`begin`](Self::begin) with its role; senders then call [`send`](Self::send) for each message, the
/// receiver calls [`receive`](Self::receive) until the end; each calls [`end`](Self::end) at last.
///
/// Processes have no memory in common: what they have to say to each other goes through queues.
///
/// 1. *Integrity.* (Stands where locks have mutual exclusion.) Each message is received once, with its own
///    length; nothing is received that an earlier run has left. The higher priority is received first,
///    and of one priority what was sent first: `receive` returns a message only if no better one had been
///    sent before `receive` was called. A message has been sent when `send` returns; if two are sent at the
///    same time, either may come first. `receive` returns `None` only after all senders have called `end`,
///    and not before all messages have been received.
/// 2. *Progress.* Whatever the schedule, nobody waits for ever: a message that was sent is received, and the
///    receiver sees the end. `send` may wait for room. Calls that a signal interrupts are made again.
/// 3. *Bounded waiting.* Among messages of one priority no sender is passed over for ever.
///
/// No process dies, and the receiver receives all.
///
/// Sources: `mq_overview(7)`, `mq_open(3)`, `mq_send(3)`, `mq_receive(3)`, `mq_unlink(3)`; Kerrisk, *The Linux
/// Programming Interface*, chapter 52; Stevens, *UNIX Network Programming*, volume 2, chapter 5.
pub trait MessageQueue: Clone + Send + 'static {
    /// Before the fork: sees to it that there is an empty queue of that name, for such messages. The name
    /// begins with a slash, as those of all queues do.
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self>;

    /// After the fork, in each process: makes this copy that of a process with this role.
    fn begin(&mut self, role: Role) -> os::Result<()>;

    /// Sends a message, which is not empty, with a priority of 0 to 31; 31 is the most urgent.
    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()>;

    /// The best message that there is, from any sender; `None` at the end.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;

    /// There will be no further call.
    fn end(&mut self) -> os::Result<()>;
}
