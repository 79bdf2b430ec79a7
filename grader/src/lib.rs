//! The autograder: grades submissions against their references, by command line and, for students,
//! from `cargo test` with the same verdicts.
//!
//! Students' tests are built without the feature `cli`, which is on by default: they need the policy,
//! the rubrics and the rules of scoring, and not what compiles, runs and reports a class.

#![cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "the command line uses more of the shared modules")
)]

#[cfg(feature = "cli")]
mod batch;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod compile;
#[cfg(feature = "cli")]
mod course;
#[cfg(feature = "cli")]
mod digest;
mod exit_code;
mod failure;
#[cfg(feature = "cli")]
mod judge;
mod location;
#[cfg(feature = "cli")]
mod methods;
#[cfg(feature = "cli")]
mod pipeline;
mod points;
mod policy;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
mod replay;
mod report;
mod result;
mod rubric;
#[cfg(feature = "cli")]
mod run;
#[cfg(feature = "cli")]
mod sandbox;
mod score;
#[cfg(feature = "cli")]
mod stack;
pub mod student;
#[cfg(feature = "cli")]
mod submission;
mod suggest;
#[cfg(feature = "cli")]
mod table;
#[cfg(feature = "cli")]
mod toolchain;

#[cfg(feature = "cli")]
pub use cli::main;

/// Where all pseudo-random numbers come from unless the command line says otherwise.
const SEED: u64 = 20_260_101;
