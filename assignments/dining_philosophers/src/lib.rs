//! The dining philosophers: neighbours share a fork, and everybody needs two.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p dining_philosophers`.
//!
//! You may use what the earlier layers give: `Permits` (a semaphore), `Guard` and `Condition` (a monitor), or
//! `park`, `unpark` and the futex. Philosopher `me.index()` eats with the forks `me.index()` and
//! `(me.index() + 1) % n`.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// What the philosophers share.
///
/// Add the fields: the forks, or who is hungry and who eats, and what those who wait sleep on.
#[derive(Debug)]
pub struct DiningPhilosophers {}

impl Table for DiningPhilosophers {
    fn new(_philosophers: usize) -> Self {
        // All forks lie on the table.
        todo!("lay the table")
    }

    fn pick_up(&self, _me: ProcessId) {
        // Mind what you hold while you wait.
        todo!("sleep until both forks are yours")
    }

    fn put_down(&self, _me: ProcessId) {
        // Who may be waiting for you now?
        todo!("give both forks back, and wake whoever can eat")
    }
}
