//! Support for the tests of the whole: see `tests/`.

pub mod axioms;
pub mod conformance;
pub mod program;
pub mod walk;
