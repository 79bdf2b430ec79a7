//! Taking turns (strict alternation): a shared variable says whose turn it is.
//!
//! Build it as it is specified, and show where it fails: that is the task. `HANDOUT.md` has the theory
//! and tells how to read what the tests print; run them with `cargo test -p taking_turns`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variable, and what else is needed to know whose turn comes next.
///
/// Add the fields, such as `turn: AtomicUsize`.
#[derive(Debug)]
pub struct TakingTurns {}

impl CriticalSection for TakingTurns {
    fn new(_processes: usize) -> Self {
        // It is process 0's turn first. You need the number of processes later on.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // Wait until it is my turn.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Make it the next one's turn; after the last process comes the first one.
        todo!("give up the critical section")
    }
}
