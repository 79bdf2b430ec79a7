//! Records through anonymous pipes: a parent and its children, of whom one receives what the others send.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p anonymous_pipe`.
//!
//! The system calls are those of `harness::os`. They have the names, the results and the errors of sections 2 and 3
//! of the Linux manual: `man 7 pipe` is the documentation.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::os;
use harness::prelude::*;

/// What one process holds of the pipes.
///
/// Add the fields: descriptors (`os::Fd`), and what was read and belongs to no complete record yet. The first
/// process makes the value; each child begins with a copy of it.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {}

impl RecordPipe for AnonymousPipe {
    fn open(_senders: usize) -> os::Result<Self> {
        // There is one process yet. What is opened here, all will inherit.
        todo!("make the pipe or the pipes")
    }

    fn begin(&mut self, _role: Role) -> os::Result<()> {
        // This is run by each process for itself, the parent too.
        todo!("close what a process with this role does not need")
    }

    fn send(&mut self, _record: &[u8]) -> os::Result<()> {
        todo!("write the record so that the receiver knows where it ends")
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // `None` when all senders are gone and there is nothing more.
        todo!("read until a record is complete")
    }

    fn end(&mut self) -> os::Result<()> {
        todo!("close what is still open")
    }
}
