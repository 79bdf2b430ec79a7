//! Who answers choices: one strategy per file, none of which knows what it schedules.
//!
//! A strategy outlives executions. Those that draw lots derive the lots of each execution from
//! (seed, number of the execution) alone, so that any execution can be run again by itself.
//!
//! | strategy | what it is good for |
//! | --- | --- |
//! | [`Random`] | the first look: finds most bugs within a few executions |
//!
//! Deliberately absent: clocks, thread-locals, and any look at the student's code.

mod dice;
mod exhaustive;
mod random;
mod weakness;

pub use exhaustive::Exhaustive;
pub use random::Random;
