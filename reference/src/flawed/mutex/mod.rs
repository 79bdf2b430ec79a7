//! Flawed solutions of the lock whose waiting processes sleep, one bug in each file.

pub mod barging;
pub mod forgets_the_guard;
pub mod futex_three_states;
pub mod futex_waits_for_the_newest;
pub mod futex_wakes_first;
pub mod futex_wakes_one;
pub mod if_for_while;
pub mod joins_late;
pub mod leaves_the_guard_twice;
pub mod lifo;
pub mod opens_for_anybody;
pub mod relaxed_owner;
pub mod skips_a_ticket;
pub mod sleeps_in_the_guard;
pub mod spins_for_its_turn;
pub mod stays_the_owner;
pub mod wakes_before_release;
pub mod wakes_nobody;
pub mod wakes_the_neighbour;
