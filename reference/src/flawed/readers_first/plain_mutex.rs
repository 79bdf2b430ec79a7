//! Flawed: a lock for one.
//!
//! Bug: readers exclude each other.
//! Convicted of: preference: never together.
//! Wrong in every one of the three tasks.
//! Schedule: P0 reads; P1 asks to read, and waits until P0 has left.

pub use crate::flawed::readers_writers::plain_mutex::ReadersWriters;
