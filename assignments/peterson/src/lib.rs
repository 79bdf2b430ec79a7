//! Peterson's algorithm: two processes, loads and stores only, and all three criteria.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p peterson`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variables of the two processes.
///
/// Add the fields: for each process whether it wants in, and whose turn it is if both do.
#[derive(Debug)]
pub struct Peterson {}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        // Nobody wants in. There are always two processes here.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // Say what you want, then give way, then wait as long as you must and not a moment longer. Mind the
        // order of the first two, and the `Ordering` of all.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Say that you want nothing any more.
        todo!("give up the critical section")
    }
}
