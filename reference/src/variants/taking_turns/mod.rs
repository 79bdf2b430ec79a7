//! Correct solutions of taking turns in other styles.

pub mod baton;
pub mod compare_exchange;
pub mod count_of_turns;
pub mod downwards;
pub mod fences;
pub mod one_hot;
pub mod recursive;
pub mod sequential;
pub mod static_turn;
