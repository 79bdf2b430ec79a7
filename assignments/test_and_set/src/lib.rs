//! A lock made of the hardware's test-and-set.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p test_and_set`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variable.
///
/// Add a field, such as `locked: AtomicBool`. If you want to be fair, you need more.
#[derive(Debug)]
pub struct TestAndSet {}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        // Nobody is inside yet.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // Set the variable and learn what it was before, in one step: `test_and_set(&self.locked)` or
        // `self.locked.swap(true, ..)`. Again, until the answer tells you that you are the one.
        todo!("wait until this process may enter")
    }

    fn exit_section(&self, _me: ProcessId) {
        // Open the lock for whoever tries next.
        todo!("give up the critical section")
    }
}
