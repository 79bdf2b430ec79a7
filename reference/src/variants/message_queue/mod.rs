//! Correct solutions of messages through a message queue, in other styles.

pub mod drained;
pub mod ends_apart;
pub mod inherited;
pub mod notified;
pub mod polls;
pub mod turnstile;
