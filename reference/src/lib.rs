//! Reference solutions, to be read in order; what can be wrong with them; and what can be different.
//!
//! 0. [`race_condition`]: what goes wrong when nothing excludes anything.
//! 1. [`lock_variable`]: a bit that says "taken", and why that is not enough.
//! 2. [`taking_turns`]: excludes, but needs the help of those who do not want in.
//! 3. [`peterson`]: two processes, all three criteria, loads and stores only.
//! 4. [`bakery`]: the same for any number of processes.
//! 5. [`test_and_set`]: the hardware looks and sets in one step.
//! 6. [`compare_and_swap`]: the hardware helps, and nobody waits for ever.
//!
//! Two classical problems, for those who want more: [`bounded_buffer`] and [`dining_philosophers`].
//! And with [`mailbox`] the second half of the course begins: processes share nothing, and send messages.
//!
//! Every file stands alone: it is a submission that could be handed in as it is. [`flawed`] holds
//! wrong ones, [`variants`] right ones in other styles, and the [`catalogue`] says of each of them
//! what must be measured. What answers one task and is handed in for another stands once: the other
//! file names it, and says what becomes of it there.

pub mod anonymous_pipe;
pub mod bakery;
pub mod bounded_buffer;
pub mod catalogue;
pub mod compare_and_swap;
pub mod dining_philosophers;
pub mod flawed;
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
pub mod variants;
pub mod writers_first;
