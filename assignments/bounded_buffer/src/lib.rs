//! A bounded buffer: producers wait for room, consumers wait for items, and nobody waits by spinning.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p bounded_buffer`.
//!
//! You may use what the earlier layers give: `Permits` (a semaphore), `Guard` and `Condition` (a monitor), or
//! `park`, `unpark` and the futex.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::prelude::*;

/// What producers and consumers share.
///
/// Add the fields: the places, where the next item goes and where it comes from, and what those who wait
/// sleep on.
#[derive(Debug)]
pub struct BoundedBuffer {}

impl Buffer for BoundedBuffer {
    fn new(_processes: usize, _capacity: usize) -> Self {
        // All places are empty. Data that your own guard protects goes into `SharedCell`s.
        todo!("make the places, and what those who wait sleep on")
    }

    fn deposit(&self, _me: ProcessId, _item: u64) {
        // Sleep while all places are full.
        todo!("put the item in, and tell those who wait for one")
    }

    fn take(&self, _me: ProcessId) -> u64 {
        // Sleep while all places are empty.
        todo!("take the first item out, and tell those who wait for room")
    }
}
