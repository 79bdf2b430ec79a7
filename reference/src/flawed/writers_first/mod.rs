//! Flawed solutions of readers and writers, writers first, one bug in each file.

pub mod readers_first;
pub mod wakes_readers_too;
