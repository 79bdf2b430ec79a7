//! One test for each criterion, with the same verdict as the graded run.

use bakery::Bakery;
use grader::student::Assignment;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<Bakery>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<Bakery>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<Bakery>();
}
