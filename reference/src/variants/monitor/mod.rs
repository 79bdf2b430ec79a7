//! Correct monitors in other styles.

pub mod baton;
pub mod flags;
pub mod hand_over;
pub mod last_first;
pub mod private_semaphores;
pub mod rows;
pub mod sequence;
pub mod tickets;
