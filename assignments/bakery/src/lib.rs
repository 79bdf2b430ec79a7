//! Lamport's bakery algorithm: any number of processes, loads and stores only.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p bakery`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variables: for each process, whether it is choosing a number and which one it holds.
///
/// Add the fields. `Vec<AtomicBool>` and `Vec<AtomicUsize>` will do.
#[derive(Debug)]
pub struct Bakery {}

impl CriticalSection for Bakery {
    fn new(_processes: usize) -> Self {
        // Nobody is choosing and nobody holds a number: 0 can mean "none".
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // The doorway: say that you are choosing, look at all numbers, take a higher one, say that you have
        // chosen. Then, for each of the others, wait until it has chosen, and until it is not before you.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Give the number back.
        todo!("give up the critical section")
    }
}
