//! Messages of two bytes, by signals, from one process to another one.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p signal`.
//!
//! The system calls are those of `harness::os`. They have the names, the results and the errors of sections 2 and 3
//! of the Linux manual: `man 7 signal` is the documentation.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::os::{self, Pid};
use harness::prelude::*;

/// What one process knows.
///
/// Add the fields: the other's number, and what has come and was not yet received.
#[derive(Debug)]
pub struct Signals {}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        // There is one process yet. Its child inherits which signals are blocked, ignored and handled.
        todo!("what has to be done before the first signal can come")
    }

    fn begin(_role: Role, _peer: Pid) -> os::Result<Self> {
        // Each process calls this for itself. Handlers that note something are installed here.
        todo!("make what a process with this role needs")
    }

    fn send(&mut self, _message: [u8; 2]) -> os::Result<()> {
        todo!("say it by signals")
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        // `None` when the sender has called `end` and there is nothing more.
        todo!("wait until a message is complete")
    }

    fn end(&mut self) -> os::Result<()> {
        todo!("tell the receiver, if this is the sender")
    }
}
