//! Flawed answers to the race condition, one bug in each file.

pub mod at_least_increments;
pub mod at_least_nothing;
pub mod at_least_one;
pub mod at_least_processes;
pub mod atomic_increment;
pub mod compare_exchange;
pub mod counts_the_first;
pub mod eight_bits;
pub mod foretells_the_sum;
pub mod increments_twice;
pub mod locked;
pub mod not_atomic;
pub mod nothing;
pub mod own_numbers;
pub mod stores_what_it_saw;
pub mod takes_turns;
