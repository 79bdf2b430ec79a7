//! One test for each criterion, with the same verdict as the graded run.

use grader::student::{Assignment, SignalLine};
use signal::Signals;

type Solution = SignalLine<Signals>;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<Solution>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<Solution>();
}
