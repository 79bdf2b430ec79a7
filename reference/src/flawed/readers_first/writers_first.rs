//! Flawed: writers first, where readers are to go first.
//!
//! Bug: a writer that waits keeps new readers out, for ever if there are others like it.
//! Convicted of: preference, and bounded waiting of readers.
//! The reference of the task in which writers go first is wrong here.
//! Schedule: P0 reads; P2 asks to write and waits; P1 asks to read, and waits behind it.

pub use crate::writers_first::ReadersWriters;
