//! The lock variable: one shared bit says whether somebody is inside.
//!
//! Build it as it is specified, and show where it fails: that is the task. `HANDOUT.md` has the theory
//! and tells how to read what the tests print; run them with `cargo test -p lock_variable`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variable: what all processes need to know of each other.
///
/// Add a field, such as `locked: AtomicBool`.
#[derive(Debug)]
pub struct LockVariable {}

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        // Nobody is inside yet. How many processes there are does not matter to this mechanism.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // Look at the variable until it says that nobody is inside; then set it. Two separate steps.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Say that nobody is inside any more.
        todo!("give up the critical section")
    }
}
