//! One test for each criterion, with the same verdict as the graded run.

use grader::student::Assignment;
use taking_turns::TakingTurns;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<TakingTurns>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<TakingTurns>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<TakingTurns>();
}
