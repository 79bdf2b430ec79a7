//! The command line of the autograder. `main` only translates an outcome to an exit code.

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
mod submission;
mod suggest;
mod table;
mod toolchain;

use std::io::{self, Write};
use std::process;

fn main() -> process::ExitCode {
    match cli::run() {
        Ok(code) => code.into(),
        Err(failure) => {
            // Nothing is left to do if even standard error is gone.
            let _ = write!(io::stderr().lock(), "{failure}");
            failure.code.into()
        }
    }
}
