//! A fair lock made of the hardware's compare-and-swap and a waiting array.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p compare_and_swap`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variables: the lock, and for each process whether it waits for it.
///
/// Add the fields, such as `locked: AtomicBool` and `waiting: Vec<AtomicBool>`.
#[derive(Debug)]
pub struct CompareAndSwap {}

impl CriticalSection for CompareAndSwap {
    fn new(_processes: usize) -> Self {
        // The lock is open and nobody waits.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // Say that you wait. Then try to close the lock by `compare_and_swap` or `compare_exchange`, until you
        // succeed or somebody has handed it to you. Then you no longer wait.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Look round the circle, from your own place on, for one that waits. Hand the lock over to it, or open
        // the lock if there is none.
        todo!("give up the critical section")
    }
}
