//! Correct solutions of readers and writers, writers first, in other styles.

pub mod fair_queue;
pub mod monitor;
