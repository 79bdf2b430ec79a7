//! Flawed solutions of the lock made of test-and-set, one bug in each file.

pub mod anderson_relaxed;
pub mod counts_down;
pub mod exit_waits;
pub mod gives_up;
pub mod ignores_result;
pub mod inverted_test;
pub mod lock_per_process;
pub mod missing_exit;
pub mod opposite_order;
pub mod polite;
pub mod polite_counting;
pub mod relaxed;
pub mod relaxed_exit;
pub mod stale_owner;
pub mod swap_releases;
pub mod waiter_resets;
