//! A mailbox: processes share nothing but this, and send each other messages.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p mailbox`.
//!
//! You may use what the earlier layers give: `Permits` (a semaphore), `Guard` and `Condition` (a monitor), or
//! `park`, `unpark` and the futex. `SharedCell<Option<Message>>` holds a message, or none.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// What senders and receivers share.
///
/// Add the fields: where the messages are, who waits for what, and what those who wait sleep on.
#[derive(Debug)]
pub struct Mailbox {}

impl MessagePassing for Mailbox {
    fn new(_processes: usize, _kind: MailboxKind) -> Self {
        // It is empty and open. `kind.capacity` may be 0; `kind.discipline` says which message is first.
        todo!("make the room for the messages, and what those who wait sleep on")
    }

    fn send(&self, _me: ProcessId, _message: Message) -> Result<(), Closed> {
        // Sleep while there is no room; with capacity 0, until somebody has the message.
        todo!("put the message in, and tell those who wait for it")
    }

    fn try_send(&self, _me: ProcessId, _message: Message) -> Result<(), TrySendError> {
        todo!("the same, but do not wait")
    }

    fn receive(&self, _me: ProcessId, _from: Option<ProcessId>) -> Result<Message, Closed> {
        // A message fits if it is for `me` or for anybody, and from `from`, if that is anybody at all.
        todo!("take the first message that fits, and tell those who wait for room")
    }

    fn try_receive(
        &self,
        _me: ProcessId,
        _from: Option<ProcessId>,
    ) -> Result<Message, TryReceiveError> {
        todo!("the same, but do not wait")
    }

    fn arrived(&self, _me: ProcessId, _from: Option<ProcessId>) -> bool {
        todo!("look whether there is a message that fits, and leave it there")
    }

    fn close(&self, _me: ProcessId) {
        // What is inside can still be received. Nobody waits any longer than that.
        todo!("let nothing more in, and tell all who wait")
    }
}
