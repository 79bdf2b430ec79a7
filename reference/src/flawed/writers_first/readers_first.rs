//! Flawed: readers first, where writers are to go first.
//!
//! Bug: whoever reads lets in all that want to read.
//! Convicted of: preference, and bounded waiting of writers.
//! The reference of the task in which readers go first is wrong here.
//! Schedule: P0 reads; P2 asks to write and waits; P1 asks to read, and gets in.

pub use crate::readers_first::ReadersWriters;
