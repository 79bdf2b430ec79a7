//! Correct solutions of readers and writers, readers first, in other styles.

pub mod futex;
pub mod monitor;
