//! A variant: strictly in order. A reader that asks after a writer gets in after it, and that is all that
//! writers first asks for: the reference of the task in which nobody may starve is right here, too.

pub use crate::readers_writers::ReadersWriters;
