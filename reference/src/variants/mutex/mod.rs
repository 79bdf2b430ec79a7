//! Correct solutions of the lock whose waiting processes sleep, in other styles.

pub mod atomics_only;
pub mod futex_of_its_own;
pub mod futex_ticket;
pub mod queue_of_waiters;
pub mod spins_before_it_sleeps;
pub mod ticket_order;
pub mod waiting_array;
pub mod with_a_condition;
