//! The schedule (what was decided) and the trace (what happened): text formats and the drawing.
//!
//! * [`Schedule`]: the input of a replay, one line of text, fit for a command line.
//! * [`Trace`]: the output of an execution; its text form is stable, so that two runs can be
//!   compared byte by byte.
//! * [`Drawing`]: the same events as a student reads them, with [`Names`] from the source;
//!   [`story()`] is the drawing without the lines, for reports that draw it themselves.
//!
//! Nothing here judges: whether a step was wrong is said by the caller.

mod lanes;
mod names;
pub(crate) mod operation;
mod schedule;
#[cfg(test)]
mod specimen;
#[cfg(test)]
mod specimen_events;
mod story;
mod text;

pub use lanes::Drawing;
pub use names::Names;
pub use schedule::{Answer, AnswerKind, Schedule, ScheduleError, Step};
pub use story::{StoryStep, story};
pub use text::Trace;
