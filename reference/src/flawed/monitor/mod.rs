//! Flawed monitors, one bug in each file.

pub mod any_condition;
pub mod barging;
pub mod broadcast_wakes_one;
pub mod busy;
pub mod if_at_the_door;
pub mod keeps_monitor;
pub mod leaves_first;
pub mod no_reentry;
pub mod process_for_condition;
pub mod signal_gives_up;
pub mod signal_remembered;
pub mod silent_signal;
pub mod stale_waiter;
pub mod stays_queued;
pub mod stolen_permit;
