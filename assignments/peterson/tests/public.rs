//! One test for each criterion, with the same verdict as the graded run.

use grader::student::Assignment;
use peterson::Peterson;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<Peterson>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<Peterson>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<Peterson>();
}
