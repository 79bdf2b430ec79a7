//! Correct solutions of records through named pipes, in other styles.

pub mod announced;
pub mod both_ways;
pub mod knocks;
pub mod one_for_each;
pub mod polls;
