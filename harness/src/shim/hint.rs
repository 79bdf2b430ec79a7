//! Hints in waiting loops. They have no effect on memory; a loop needs none.

use std::panic::Location;

use crate::backend::{self, Pass};

/// As [`std::hint::spin_loop`]; a preemption point.
#[track_caller]
pub fn spin_loop() {
    if backend::pass(Location::caller(), "spin_loop", Pass::Pause).is_none() {
        std::hint::spin_loop();
    }
}

/// As [`std::thread::yield_now`]; a preemption point.
#[track_caller]
pub fn yield_now() {
    if backend::pass(Location::caller(), "yield_now", Pass::Pause).is_none() {
        std::thread::yield_now();
    }
}
