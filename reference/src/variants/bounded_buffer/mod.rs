//! Bounded buffers in other styles.

pub mod futex;
pub mod hands_over;
pub mod monitor;
pub mod one_condition;
pub mod tickets;
pub mod two_guards;
pub mod two_locks;
