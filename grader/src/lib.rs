//! The autograder: grades submissions against their references, by command line and, for students,
//! from `cargo test` with the same verdicts.

mod batch;
mod cli;
mod compile;
mod course;
mod digest;
mod exit_code;
mod failure;
mod judge;
mod pipeline;
mod points;
mod policy;
mod progress;
mod replay;
mod report;
mod result;
mod rubric;
mod run;
mod sandbox;
mod score;
pub mod student;
mod submission;
mod suggest;
mod table;
mod toolchain;

pub use cli::main;
