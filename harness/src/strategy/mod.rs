//! Who answers choices: one strategy per file, none of which knows what it schedules.
//!
//! A strategy outlives executions. Those that draw lots derive the lots of each execution from
//! (seed, number of the execution) alone, so that any execution can be run again by itself.
//!
//! | strategy | what it is good for |
//! | --- | --- |
//! | [`Random`] | the first look: finds most bugs within a few executions |
//! | [`Pct`] | bugs of small depth in long executions, with a guaranteed probability |
//! | [`Pos`] | races: spreads its attention over the pairs of operations that race |
//! | [`RoundRobin`] | symmetric livelocks; the fair schedule as such |
//! | [`Starver`] | the weakly fair adversary of bounded waiting |
//! | [`Freezer`] | infers the doorway: who stands still, and how often the others still enter |
//! | [`Flood`] | is a message passed over while others come without end? |
//! | [`Doorkeeper`] | is the door ever shut? |
//! | [`Standstill`] | do those who wait sleep? |
//! | [`Usher`] | who is let in while a reader stays inside? |
//! | [`Frugal`] | shortest counterexamples: all executions with few switches and stale reads |
//! | [`Exhaustive`] | every execution graph, once |
//! | [`States`] | every state of processes that make system calls, once |
//! | [`Replay`] | answers from a written schedule |
//!
//! Deliberately absent: clocks, thread-locals, and any look at the student's code.

mod dice;
mod doorkeeper;
mod exhaustive;
mod flood;
mod freezer;
mod frugal;
mod overtaker;
mod pct;
mod pos;
mod random;
mod replay;
mod round_robin;
mod standstill;
mod starver;
mod states;
#[cfg(test)]
mod toy;
mod usher;
mod weakness;

pub use doorkeeper::Doorkeeper;
pub use exhaustive::Exhaustive;
pub use flood::Flood;
pub use freezer::{Doorway, Freezer};
pub use frugal::Frugal;
pub use overtaker::Overtaker;
pub use pct::Pct;
pub use pos::Pos;
pub use random::Random;
pub use replay::{Divergence, Mismatch, Replay};
pub use round_robin::RoundRobin;
pub use standstill::{PACES, PATIENCE, Standstill};
pub use starver::{Adversary, Starver};
pub use states::States;
pub use usher::{Reception, Usher};
