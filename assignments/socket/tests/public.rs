//! One test for each criterion, with the same verdict as the graded run.

use grader::student::{Assignment, SocketService};
use socket::Service;

type Solution = SocketService<Service>;

const ASSIGNMENT: Assignment = grader::assignment!();

#[test]
fn mutual_exclusion() {
    ASSIGNMENT.mutual_exclusion::<Solution>();
}

#[test]
fn progress() {
    ASSIGNMENT.progress::<Solution>();
}
