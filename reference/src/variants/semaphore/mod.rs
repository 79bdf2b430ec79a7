//! Semaphores that are right, in other ways than the reference.

pub mod baton;
pub mod flags;
pub mod futex_tickets;
pub mod mailboxes;
pub mod monitor;
pub mod negative_count;
pub mod parked_tickets;
