//! Who answers choices. Nobody else in this crate is nondeterministic.

pub mod exhaustive;
