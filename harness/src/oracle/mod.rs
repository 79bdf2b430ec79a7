//! Judges: pure folds over events. No clock, no I/O, no engine.
//!
//! *Direction of soundness:* a conviction is never spurious; an acquittal covers only the executions
//! that were watched.

mod bypass;
mod monitor;
mod mutual_exclusion;
mod permits;
mod safety;
mod stillness;

pub use bypass::Bypass;
pub use monitor::Monitor;
pub use mutual_exclusion::{MutualExclusion, Overlap};
pub use permits::Permits;
pub use safety::{Breach, Rule, Safety};
pub use stillness::Stillness;
