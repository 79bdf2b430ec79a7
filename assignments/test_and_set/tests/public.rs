//! One test for each criterion, with the same verdict as the graded run.

use grader::student::Assignment;
use test_and_set::TestAndSet;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<TestAndSet>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<TestAndSet>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<TestAndSet>();
}
