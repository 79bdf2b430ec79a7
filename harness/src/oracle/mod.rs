//! Judges: pure folds over events. No clock, no I/O, no engine.
//!
//! *Direction of soundness:* a conviction is never spurious; an acquittal covers only the executions
//! that were watched.

mod buffer;
mod bypass;
mod counter;
mod mailbox;
mod messages;
mod monitor;
mod mutual_exclusion;
mod overtaking;
mod permits;
mod philosophers;
mod readers_writers;
mod safety;
mod service;
mod stillness;
#[cfg(test)]
mod story;

pub use buffer::Buffer;
pub use bypass::Bypass;
pub use counter::Counter;
pub use mailbox::{Fault, Mailbox};
pub use messages::{Messages, Mishap, Order, Priorities};
pub use monitor::Monitor;
pub use mutual_exclusion::{MutualExclusion, Overlap};
pub use overtaking::Overtaking;
pub use permits::Permits;
pub use philosophers::Neighbours;
pub use readers_writers::ReadersWriters;
pub use safety::{Breach, Rule, Safety};
pub use service::{Disservice, Requests};
pub use stillness::Stillness;
