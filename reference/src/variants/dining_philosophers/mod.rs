//! Dining philosophers in other styles.

pub mod dirty_forks;
pub mod numbers;
pub mod odd_even;
pub mod one_at_a_time;
pub mod park;
pub mod ticket_forks;
pub mod waiter;
