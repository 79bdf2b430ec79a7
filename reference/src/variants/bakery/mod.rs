//! Correct solutions of the bakery algorithm in other styles.

pub mod customers;
pub mod dispenser;
pub mod downwards;
pub mod eisenberg_mcguire;
pub mod fences;
pub mod one_word;
pub mod packed_pair;
pub mod static_state;
