//! The command line of the autograder.

use std::process::ExitCode;

fn main() -> ExitCode {
    grader::main()
}
