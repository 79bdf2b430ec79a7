//! Flawed bounded buffers, one bug in each file.

pub mod forgets_to_signal;
pub mod guard_first;
pub mod if_for_while;
pub mod looks_too_late;
pub mod no_guard;
pub mod one_too_many;
pub mod signal_to_anybody;
pub mod signals_at_the_edges;
pub mod spins;
pub mod stack;
pub mod wakes_too_early;
