//! A counting semaphore over a guard: processes that find no permit sleep.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p semaphore`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The semaphore.
///
/// Add the fields: how many permits there are, who waits and in which order, and who was given a
/// permit. What only the process in the guard touches goes into a `SharedCell`.
#[derive(Debug)]
pub struct Semaphore<G = Guard> {
    guard: G,
}

impl<G: CriticalSection> CountingSemaphore for Semaphore<G> {
    fn new(processes: usize, _permits: usize) -> Self {
        // Perhaps there are no permits at all at first, and perhaps several.
        let _guard = G::new(processes);
        todo!("make the shared variables")
    }

    fn wait(&self, me: ProcessId) {
        self.guard.entry_section(me);
        // Take a permit, if there is one. If not, say that you wait; leave the guard; `park()`. Whoever
        // wakes up looks whether it was given a permit, and sleeps again if not.
        self.guard.exit_section(me);
        todo!("return once this process has a permit")
    }

    fn signal(&self, me: ProcessId) {
        self.guard.entry_section(me);
        // If somebody waits, the permit is for the one that came first: `unpark` it. If not, count it.
        self.guard.exit_section(me);
        todo!("give a permit")
    }
}
