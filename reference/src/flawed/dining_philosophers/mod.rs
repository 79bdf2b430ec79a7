//! Flawed solutions of the dining philosophers, one bug in each file.

pub mod forgets_a_neighbour;
pub mod holds_one;
pub mod last_of_five;
pub mod left_first;
pub mod looks_then_takes;
pub mod one_fork;
pub mod puts_down_one;
pub mod room_for_all;
pub mod spins;
pub mod two_conspire;
