//! Hints in waiting loops. They have no effect on memory; a loop needs none.

use std::panic::Location;

use crate::backend;

/// As [`std::hint::spin_loop`]; a preemption point.
#[inline]
#[track_caller]
pub fn spin_loop() {
    if backend::pause(Location::caller()).is_none() {
        std::hint::spin_loop();
    }
}

/// As [`std::thread::yield_now`]; a preemption point.
#[inline]
#[track_caller]
pub fn yield_now() {
    if backend::pause(Location::caller()).is_none() {
        std::thread::yield_now();
    }
}
