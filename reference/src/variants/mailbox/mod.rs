//! Mailboxes in other styles.

pub mod futex;
pub mod letterboxes;
pub mod parked;
pub mod private_semaphores;
pub mod slots;
