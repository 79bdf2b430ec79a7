//! One test for each criterion, with the same verdict as the graded run.

use grader::student::{Assignment, Counter};
use race_condition::RaceCondition;

type Solution = Counter<RaceCondition>;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<Solution>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<Solution>();
}

#[test]
fn bounded_waiting() {
    ASSIGNMENT.bounded_waiting::<Solution>();
}

#[test]
fn prediction() {
    ASSIGNMENT.prediction::<Solution>();
}
