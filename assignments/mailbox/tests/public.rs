//! One test for each criterion, with the same verdict as the graded run.

use grader::student::{self, Assignment};
use mailbox::Mailbox;

type Solution = student::Mailbox<Mailbox>;

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
fn busy_waiting() {
    ASSIGNMENT.busy_waiting::<Solution>();
}
