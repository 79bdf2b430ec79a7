//! One small test for each branch of the memory rules.
