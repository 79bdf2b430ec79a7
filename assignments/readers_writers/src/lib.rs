//! Readers and writers: who only looks may be inside together, who changes something is alone.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p readers_writers`.
//!
//! The course lends you what you built before, finished: `Permits` is a semaphore, `Guard` a lock, and
//! `Condition` a condition variable for it. You may also go lower: `park` and `unpark`, `futex_wait` and
//! `futex_wake`, atomic variables. What the guard or a permit protects may be in a `SharedCell`.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// The shared variables.
///
/// Add the fields: what you must know of those inside, what protects it, and for what the others wait.
#[derive(Debug)]
pub struct ReadersWriters {}

impl ReadWriteLock for ReadersWriters {
    fn new(_processes: usize) -> Self {
        // Nobody is inside, nobody waits.
        todo!("make the shared variables")
    }

    fn start_read(&self, _me: ProcessId) {
        // Only a writer is in the way. But mind the writers that wait: they must get their turn.
        todo!("wait until this process may read")
    }

    fn end_read(&self, _me: ProcessId) {
        // Perhaps it was the last one, and somebody waits for that.
        todo!("read no more")
    }

    fn start_write(&self, _me: ProcessId) {
        // Everybody inside is in the way.
        todo!("wait until this process may write")
    }

    fn end_write(&self, _me: ProcessId) {
        // Who is next? There may be several.
        todo!("write no more")
    }
}
