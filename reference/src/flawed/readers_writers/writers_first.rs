//! Flawed: writers shut the door for readers as long as there is any of them.
//!
//! Bug: nobody may starve, and here a reader does: there need never be a moment without a writer.
//! Convicted of: bounded waiting.
//! The reference of the task in which writers go first is wrong here.
//! Schedule: P0 asks to read while P1 writes; P2 asks to write before P1 leaves, P1 asks again before P2
//! leaves, and so on.

pub use crate::writers_first::ReadersWriters;
