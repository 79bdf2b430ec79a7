//! Correct solutions of the lock variable in other styles.

pub mod acquire_release;
pub mod backoff;
pub mod counter;
pub mod helpers;
pub mod number;
pub mod owner;
pub mod rechecked;
pub mod static_lock;
