//! Message passing through a mailbox.

use crate::message::{Discipline, Message};
use crate::process::ProcessId;

/// What kind of mailbox is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxKind {
    /// For how many messages there is room. With none, each message is handed over: its sender and
    /// its receiver meet, a *rendezvous*.
    pub capacity: usize,
    /// Which message is first.
    pub discipline: Discipline,
}

/// The mailbox is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Why [`try_send`](MessagePassing::try_send) did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrySendError {
    /// There is no room at this moment; with capacity 0: nobody waits for the message.
    Full,
    /// The mailbox is closed. This goes before `Full`.
    Closed,
}

/// Why [`try_receive`](MessagePassing::try_receive) received nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryReceiveError {
    /// There is no such message at this moment.
    Empty,
    /// There is none, and the mailbox is closed. This goes before `Empty`.
    Closed,
}

/// A mailbox: processes send messages to each other, and share nothing else.
///
/// The three dimensions in which the ways of passing messages differ are all there:
///
/// | dimension | here |
/// | --- | --- |
/// | synchronization | [`send`](Self::send) and [`receive`](Self::receive) wait; [`try_send`](Self::try_send) and [`try_receive`](Self::try_receive) do not; [`arrived`](Self::arrived) only looks. The capacity says how far senders may run ahead: not at all (rendezvous), or by so many messages |
/// | addressing | direct: a message names its receiver (`to`), and a receiver may name the sender (`from`); indirect: neither does, and whoever comes has it |
/// | queueing | FIFO, or by priority and FIFO within one priority |
///
/// A message *fits* a call of `receive(me, from)`, `try_receive` or `arrived` if its `to` is `None` or `me`,
/// and `from` is `None` or its sender. Any process may send, receive and close. [`Message`]s come out as they
/// went in; the sender's number in them is right.
///
/// A message is *inside* from the return of its `send` or `try_send` until a call that receives it is made,
/// and may be inside from the call on, and until the return. So of two calls that overlap either may
/// take effect first, and where in between a call does so is the solution's affair.
///
/// 1. *Mutual exclusion*, which is here integrity and order. Each message that is received was sent, is whole,
///    fits the call, and is received once; if its `send` or `try_send` failed it is never received. Never more
///    messages are inside than there is room for, so with capacity 0 a `send` returns only if a `receive` or
///    `try_receive` that its message fits was called. A call does not receive a message if a better one that
///    fits was inside all the while that the call had it to choose: in a FIFO mailbox one whose sending had
///    returned before that of the other was called; in one by priority, one with a greater priority, or with the
///    same and sent before. What is said without waiting is true: `Full` only if at some moment of the call
///    there may have been no room, `Empty` and `false` only if no message that fits was inside all the while,
///    `true` only if there may have been one. And what happens before a message is sent happens before the
///    return of the call that receives it.
/// 2. *Progress.* Whoever waits for room, or for a message that fits, goes on when there is one; with capacity 0,
///    sender and receiver go on when both are there. Nothing gets lost: neither messages nor wake-ups. `try_send`,
///    `try_receive`, `arrived` and `close` wait for nobody. After `close` everybody who waits is told
///    `Closed`: senders at once, receivers as soon as no message that fits is inside. What is inside then can
///    still be received.
/// 3. *Bounded waiting.* Others send and receive only boundedly often while one waits to send, in a mailbox
///    that is FIFO.
/// 4. *Busy waiting.* Whoever waits, for room or for a message, sleeps.
///
/// *Closing.* Whatever is sent after `close` has returned fails with `Closed`; a send that overlaps with it may go
/// either way. `Closed` goes before `Full`: after `close` nobody is told `Full`; and before `Empty`. Nobody
/// is told `Closed` before `close` was called, and no receiver while a message that fits is inside. To close
/// once more changes nothing.
///
/// What is left open, so that any way will do: in which order those are served who wait for room, or for the
/// same messages (but no sender is passed over for ever); whether a receiver may take the message of a
/// sender that still waits for room, or, with capacity 0, which one of several; whether such a message counts for
/// `arrived`; whether with capacity 0 `try_send` and `try_receive` meet each other, or somebody who is just about
/// to wait. A mailbox by priority may starve messages of little priority, and those who send them.
///
/// Sources: Stallings, *Operating Systems: Internals and Design Principles*, "Message passing" (the design
/// characteristics); Silberschatz, Galvin, Gagne, *Operating System Concepts*, section 3.5 (naming,
/// synchronization, buffering); Hoare, "Communicating sequential processes", CACM 21(8), 1978 (rendezvous). The
/// order by calls and returns is linearizability: Herlihy, Wing, TOPLAS 12(3), 1990.
pub trait MessagePassing: Send + Sync {
    /// Makes an empty mailbox for the processes `0..processes`.
    fn new(processes: usize, kind: MailboxKind) -> Self
    where
        Self: Sized;

    /// Sends `message`, whose `from` is `me`. Sleeps while there is no room for it; with capacity 0, until it
    /// is received.
    ///
    /// Fails with `Closed`, and then the message is never received.
    fn send(&self, me: ProcessId, message: Message) -> Result<(), Closed>;

    /// As [`send`](Self::send), but fails where that would sleep.
    fn try_send(&self, me: ProcessId, message: Message) -> Result<(), TrySendError>;

    /// Receives the first message that is for `me`, or for anybody, and that was sent by `from`, or by
    /// anybody. Sleeps while there is none.
    ///
    /// Fails if there is none and the mailbox is closed.
    fn receive(&self, me: ProcessId, from: Option<ProcessId>) -> Result<Message, Closed>;

    /// As [`receive`](Self::receive), but fails where that would sleep.
    fn try_receive(
        &self,
        me: ProcessId,
        from: Option<ProcessId>,
    ) -> Result<Message, TryReceiveError>;

    /// Whether there is such a message. It stays where it is.
    fn arrived(&self, me: ProcessId, from: Option<ProcessId>) -> bool;

    /// Closes the mailbox: nothing more goes in, and nobody waits any longer.
    fn close(&self, me: ProcessId);
}
