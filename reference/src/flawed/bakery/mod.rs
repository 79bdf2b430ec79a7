//! Flawed solutions of the bakery algorithm, one bug in each file.

pub mod acquire_release;
pub mod choosing_late;
pub mod choosing_release;
pub mod choosing_too_long;
pub mod misses_last;
pub mod missing_exit;
pub mod no_choosing;
pub mod no_tie_break;
pub mod number_always_one;
pub mod relaxed;
pub mod relaxed_exit;
pub mod shared_maximum;
pub mod ties_block;
pub mod two_bit_numbers;
pub mod two_only;
