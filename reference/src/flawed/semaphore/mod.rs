//! Flawed semaphores, one bug in each file.

pub mod always_one;
pub mod barges;
pub mod busy_waits;
pub mod counts_and_hands_over;
pub mod forgets_signals;
pub mod last_come_first_served;
pub mod lost_wakeup;
pub mod monitor_barges;
pub mod off_by_one;
pub mod one_too_many;
pub mod overwrites_a_name;
pub mod relaxed;
pub mod relaxed_flag;
pub mod remembers_too_few;
pub mod signal_sets_one;
pub mod signal_without_guard;
pub mod sleeps_inside;
pub mod trusts_the_wakeup;
pub mod wakes_at_the_first_only;
pub mod wakes_the_wrong_one;
pub mod wakes_too_early;
