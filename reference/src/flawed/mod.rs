//! Solutions that are wrong, one bug in each file.
//!
//! Each file opens with its bug, what it must be convicted of, and a schedule that shows it. The
//! [catalogue](crate::catalogue) states the verdicts exactly, and the test-suite holds the harness to
//! them: it must convict each of these of its bug, and of nothing else.
//!
//! They are written as students write them; that is why some of them look so plausible.

pub mod anonymous_pipe;
pub mod bakery;
pub mod bounded_buffer;
pub mod compare_and_swap;
pub mod dining_philosophers;
pub mod lock_variable;
pub mod mailbox;
pub mod message_queue;
pub mod monitor;
pub mod mutex;
pub mod named_pipe;
pub mod peterson;
pub mod race_condition;
pub mod readers_first;
pub mod readers_writers;
pub mod semaphore;
pub mod signal;
pub mod socket;
pub mod taking_turns;
pub mod test_and_set;
pub mod writers_first;
