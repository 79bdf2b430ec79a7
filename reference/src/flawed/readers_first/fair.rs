//! Flawed: a turnstile, where readers are to go first.
//!
//! Bug: a writer that waits keeps new readers out.
//! Convicted of: preference.
//! The reference of the task in which nobody may starve is wrong here.
//! Schedule: P0 reads; P2 asks to write and waits; P1 asks to read, and waits behind it.

pub use crate::readers_writers::ReadersWriters;
