//! One test for each criterion, with the same verdict as the graded run.

use compare_and_swap::CompareAndSwap;
use grader::student::Assignment;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<CompareAndSwap>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<CompareAndSwap>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<CompareAndSwap>();
}
