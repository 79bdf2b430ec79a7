//! Flawed solutions of Peterson's algorithm, one bug in each file.

pub mod acquire_release;
pub mod exit_clears_other;
pub mod exit_waits;
pub mod flag_release;
pub mod flags_only;
pub mod missing_exit;
pub mod one_fence;
pub mod or_for_and;
pub mod polite;
pub mod reads_turn_once;
pub mod relaxed;
pub mod relaxed_exit;
pub mod shared_flag;
pub mod shared_scratch;
pub mod takes_the_turn;
pub mod turn_before_flag;
pub mod turn_not_atomic;
