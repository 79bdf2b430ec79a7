//! Correct solutions of messages by signals, in other styles.

pub mod bits;
pub mod handlers;
pub mod retries;
