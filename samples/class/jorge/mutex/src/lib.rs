//! A lock whose waiting processes sleep, made of a guard, `park` and `unpark`.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p mutex`.
//!
//! `me.index()` is the number of the process that calls, from 0 on; `me` itself is what `unpark` takes.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use std::marker::PhantomData;

use harness::prelude::*;

/// The guard, and what it protects: whether the lock is taken, and by whom; and who waits for it, in what
/// order.
///
/// Put the fields in the place of this one, such as `guard: G`, `owner: SharedCell<Option<ProcessId>>` and
/// a queue: cells are enough, as the guard protects them.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: PhantomData<G>,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(_processes: usize) -> Self {
        // Nobody holds the lock and nobody waits. The guard is made by `G::new(processes)`.
        todo!("make the shared variables")
    }

    fn entry_section(&self, _me: ProcessId) {
        // In the guard: take the lock if it is free; else join the queue. Never sleep in the guard. After
        // `park` look again.
        todo!("sleep until this process holds the lock")
    }

    fn exit_section(&self, _me: ProcessId) {
        // In the guard: change nothing if you do not hold the lock. Hand it over to the first in the queue, or
        // open it if there is none. Then `unpark` the one that has it now.
        todo!("give up the lock")
    }
}
