//! Flawed solutions of the lock variable, one bug in each file.

pub mod exit_toggles;
pub mod exit_waits;
pub mod lock_per_process;
pub mod missing_exit;
pub mod no_exclusion;
pub mod sets_before_testing;
pub mod starts_taken;
pub mod test_and_set;
pub mod tests_once;
