//! Records through named pipes: processes that know a path and nothing else of each other.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p named_pipe`.
//!
//! The system calls are those of `harness::os`. They have the names, the results and the errors of sections 2 and 3
//! of the Linux manual: `man 7 fifo` is the documentation.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::os;
use harness::prelude::*;

/// What one process has open.
///
/// Add the fields: descriptors (`os::Fd`), and what was read and belongs to no complete record yet.
#[derive(Debug)]
pub struct Fifo {}

impl NamedPipe for Fifo {
    fn open(_path: &str, _role: Role, _senders: usize) -> os::Result<Self> {
        // Each process calls this for itself, in any order. The pipe may be there already.
        todo!("make the pipe unless it is there, and open what a process with this role needs")
    }

    fn send(&mut self, _record: &[u8]) -> os::Result<()> {
        todo!("write the record so that the receiver knows where it ends")
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // `None` when all senders have called `end` and there is nothing more.
        todo!("read until a record is complete")
    }

    fn end(&mut self) -> os::Result<()> {
        todo!("tell whoever has to know, and close what is still open")
    }
}
