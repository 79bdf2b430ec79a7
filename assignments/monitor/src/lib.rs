//! A monitor with condition variables: one process is active inside, and whoever cannot go on there
//! waits for a condition.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p monitor`.
//!
//! `me.index()` is the number of the process that calls, from 0 on: use it to index what each has of its own.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The monitor.
///
/// `guard` excludes: `guard.entry_section(me)` and `guard.exit_section(me)`. By itself it is the harness's
/// own, which is right and fair. Add what you need to know of those who wait for the conditions. What is touched
/// only while the guard is held need not be atomic: a `SharedCell` will do.
#[derive(Debug)]
pub struct Monitor<G = Guard> {
    #[expect(dead_code, reason = "delete this line as soon as you use the guard")]
    guard: G,
}

impl<G: CriticalSection> MesaMonitor for Monitor<G> {
    fn new(_processes: usize, _conditions: usize) -> Self {
        // Nobody is inside, and nobody waits. `G::new(processes)` makes the guard.
        todo!("make the shared variables")
    }

    fn enter(&self, _me: ProcessId) {
        todo!("wait until this process may be inside")
    }

    fn leave(&self, _me: ProcessId) {
        todo!("give up the monitor")
    }

    fn wait(&self, _me: ProcessId, _condition: usize) {
        // In which order do you say that you wait, give up the monitor, and sleep? And what is to be done after
        // that, before this returns? `park()` may also return by itself.
        todo!("give up the monitor, sleep until the condition is signalled, and enter again")
    }

    fn signal(&self, _me: ProcessId, _condition: usize) {
        // `unpark(process)` wakes a process. If nobody waits there is nothing to do, and nothing to remember.
        todo!("wake one that waits for the condition")
    }

    fn broadcast(&self, _me: ProcessId, _condition: usize) {
        todo!("wake all that wait for the condition")
    }
}
