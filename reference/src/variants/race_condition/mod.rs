//! The race condition in other styles.

pub mod acquire_release;
pub mod fences;
pub mod helpers;
pub mod relaxed;
pub mod static_state;
pub mod swap;
pub mod widened;
