//! Messages with priorities, through a POSIX message queue: a parent and its children, of whom one receives what the
//! others send.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p message_queue`.
//!
//! The system calls are those of `harness::os`. They have the names, the results and the errors of sections 2 and 3
//! of the Linux manual: `man 7 mq_overview` is the documentation.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::os;
use harness::prelude::*;

/// What one process knows of the queue.
///
/// Add the fields: the name, a descriptor (`os::Fd`), what a process has to remember. The first process makes the
/// value; each child begins with a copy of it.
#[derive(Clone, Debug)]
pub struct PosixQueue {}

impl MessageQueue for PosixQueue {
    fn prepare(_name: &str, _terms: QueueTerms) -> os::Result<Self> {
        // There is one process yet. There may be a queue of that name, which an earlier run has left.
        todo!("see to it that there is an empty queue of that name, for such messages")
    }

    fn begin(&mut self, _role: Role) -> os::Result<()> {
        // This is run by each process for itself, the parent too.
        todo!("open what a process with this role needs")
    }

    fn send(&mut self, _message: &[u8], _priority: u32) -> os::Result<()> {
        todo!("send the message; if there is no room, wait for it")
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // `None` when all senders have called `end` and there is nothing more.
        todo!("the best message that there is")
    }

    fn end(&mut self) -> os::Result<()> {
        // A queue has no end of file: the receiver learns of the end by what you send it.
        todo!("tell whoever has to know, and close what is still open")
    }
}
