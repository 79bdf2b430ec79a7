//! Reference solutions, to be read in order.
