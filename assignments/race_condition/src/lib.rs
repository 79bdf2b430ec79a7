//! The race condition: a shared counter whose increment is three steps.
//!
//! Build it as it is specified, show that it loses updates, and foretell what can be left: that is the
//! task. `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p race_condition`.
//!
//! `me.index()` is the number of the process that calls, from 0 on. You will not need it here.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variable.
///
/// Add a field, such as `value: AtomicU64`.
#[derive(Debug)]
pub struct RaceCondition {}

impl Counter for RaceCondition {
    fn new(_processes: usize) -> Self {
        // How many processes there are does not matter to this mechanism.
        todo!("make a counter of 0")
    }

    fn increment(&self, _me: ProcessId) {
        // Load the counter; add one; store the sum. Three separate steps.
        todo!("add one")
    }

    fn value(&self) -> u64 {
        todo!("the value of the counter")
    }

    fn final_values(_processes: usize, _increments: usize) -> Vec<u64> {
        // Not for one lucky run, but all values that there can be: each exactly if some order of the steps
        // ends with it. The tests ask for up to three processes and up to three increments each.
        todo!("what the value may be when all processes are done")
    }
}
