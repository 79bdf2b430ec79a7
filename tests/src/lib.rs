//! Support for the tests of the whole: see `tests/`.
