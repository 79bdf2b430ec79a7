//! One test for each criterion, with the same verdict as the graded run.

use grader::student::Assignment;
use lock_variable::LockVariable;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<LockVariable>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<LockVariable>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<LockVariable>();
}
