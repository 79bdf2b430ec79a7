//! Correct solutions of Peterson's algorithm in other styles.

pub mod backoff;
pub mod const_generic;
pub mod dekker;
pub mod exchange;
pub mod fences;
pub mod kessels;
pub mod numbers;
pub mod optional_turn;
pub mod packed;
pub mod release_exit;
pub mod static_state;
pub mod victim;
