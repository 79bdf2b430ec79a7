//! The command line of the autograder.

fn main() {}
