//! Flawed solutions of the fair lock made of compare-and-swap, one bug in each file.

pub mod arguments_swapped;
pub mod exit_needs_successor;
pub mod fast_path;
pub mod hands_over_blindly;
pub mod inverted_result;
pub mod keeps_waiting;
pub mod load_then_store;
pub mod no_waiting_array;
pub mod opens_and_hands_over;
pub mod relaxed;
pub mod relaxed_exchange;
pub mod relaxed_hand_over;
pub mod scan_too_short;
pub mod scans_from_zero;
pub mod shared_key;
