//! Flawed solutions of taking turns, one bug in each file.

pub mod exit_keeps_turn;
pub mod exit_waits;
pub mod inverted_test;
pub mod no_wraparound;
pub mod nobodys_turn;
pub mod passes_on_entry;
pub mod private_turn;
pub mod relaxed;
pub mod ticket_lock;
pub mod two_only;
