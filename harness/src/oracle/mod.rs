//! Judges: pure folds over events. No clock, no I/O, no engine.
//!
//! *Direction of soundness:* a conviction is never spurious; an acquittal covers only the executions
//! that were watched.

mod bypass;
mod mutual_exclusion;
mod permits;
mod readers_writers;
mod safety;
mod stillness;

pub use bypass::Bypass;
pub use mutual_exclusion::{MutualExclusion, Overlap};
pub use permits::Permits;
pub use readers_writers::ReadersWriters;
pub use safety::{Breach, Rule, Safety};
pub use stillness::Stillness;
