//! Flawed: no turnstile. Whoever reads lets in all that want to read.
//!
//! Bug: nobody may starve, and here a writer does: the room need never be empty.
//! Convicted of: bounded waiting.
//! The reference of the task in which readers go first is wrong here.
//! Schedule: P0 asks to write while P1 reads; P2 comes before P1 leaves, P1 comes again before P2 leaves, and
//! so on.

pub use crate::readers_first::ReadersWriters;
