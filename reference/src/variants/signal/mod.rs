//! Correct solutions of messages by signals, in other styles.

pub mod alphabet;
pub mod bits;
pub mod handlers;
pub mod lets_in_two;
pub mod retries;
