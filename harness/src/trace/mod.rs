//! The schedule (what was decided) and the trace (what happened): text formats and the drawing.
//!
//! * [`Schedule`]: the input of a replay, one line of text, fit for a command line.

mod schedule;

pub use schedule::{Answer, AnswerKind, Schedule, ScheduleError, Step};
