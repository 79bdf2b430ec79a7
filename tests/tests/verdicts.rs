//! Every reference measures exactly its profile, every flawed solution is convicted of its bug and only
//! of it, and every correct variant passes: all of `reference/`, through the examination that grades.

use std::fmt::Write as _;

use harness::engine::Loans;
use harness::runner::{
    Conclusion, Criterion, PROTOCOL_VERSION, Plan, Portfolio, Report, Subject, Verdict,
    WitnessKind, criteria, examine,
};
use harness::scenario::Scenario;
use reference::catalogue::{Entry, Expectation, Visitor, visit_all};

/// Examines the solutions of one assignment, and writes down what is not as expected.
struct Examination<'a> {
    assignment: &'a str,
    examined: usize,
    wrong: String,
}

impl Visitor for Examination<'_> {
    type Output = ();

    fn visit<S: Subject>(&mut self, entry: &Entry) {
        if entry.assignment != self.assignment {
            return;
        }
        self.examined += 1;
        let scenario = S::scenario();
        let plan = Plan {
            version: PROTOCOL_VERSION,
            nonce: String::new(),
            assignment: entry.assignment.to_owned(),
            processes: entry.processes.to_vec(),
            entries: 2,
            seed: 7,
            portfolio: portfolio(&*scenario),
            sources: std::collections::BTreeMap::new(),
            replay: None,
        };
        let report = examine(&*scenario, &plan, &criteria(&*scenario), &mut |_| ());
        compare(&mut self.wrong, entry, &report);
    }
}

/// The effort of grading, and for what blocks a part of it: those solutions have many situations, and are
/// many. What a part of the effort finds the whole one finds, too.
fn portfolio(scenario: &dyn Scenario) -> Portfolio {
    let whole = Portfolio::default();
    if scenario.loans() == Loans::NONE {
        return whole;
    }
    Portfolio {
        exhaustive_executions_max: 2_000,
        random_executions: 500,
        pct_executions: 200,
        pos_executions: 300,
        adversary_executions: 30,
        pump_repetitions: 200,
        ..whole
    }
}

fn compare(wrong: &mut String, entry: &Entry, report: &Report) {
    let mut say = |text: String| writeln!(wrong, "{}: {text}", entry.path).expect("a string grows");
    if report.conclusion != Conclusion::Examined {
        return say(format!("{:?}", report.conclusion));
    }
    for found in &report.criteria {
        let expected = entry.expected.of(found.criterion);
        for (memory, verdict, expected) in [
            ("C++20", &found.cpp20, expected.cpp20),
            ("sequential", &found.sequential, expected.sequential),
        ] {
            if !fits(verdict, expected) && !is_open(entry, verdict) {
                say(format!(
                    "{:?}, {memory}: {}, expected {expected:?}",
                    found.criterion,
                    short(verdict)
                ));
            }
        }
        if let (Some(bypass), Verdict::Upheld { bypass: measured, .. }) =
            (entry.expected.bypass, &found.cpp20)
            && found.criterion == Criterion::BoundedWaiting
        {
            let most = entry.processes.iter().copied().max().expect("some processes");
            if *measured != Some(bypass.among(most)) {
                say(format!("bypass {measured:?}, expected {}", bypass.among(most)));
            }
        }
    }
}

fn fits(verdict: &Verdict, expected: Expectation) -> bool {
    match (verdict, expected) {
        (_, Expectation::Open(_))
        | (Verdict::Upheld { .. }, Expectation::Upheld | Expectation::NotViolated(_))
        | (Verdict::Unknown { .. }, Expectation::NotViolated(_)) => true,
        (Verdict::Violated { witness }, Expectation::Violated(kinds)) => {
            kinds.contains(&witness.kind)
        }
        _ => false,
    }
}

/// A door that always stands open has no progress and no bounded waiting to speak of.
fn is_open(entry: &Entry, verdict: &Verdict) -> bool {
    let door = entry.expected.mutual_exclusion.sequential;
    matches!(door, Expectation::Violated(kinds) if kinds.contains(&WitnessKind::OpenDoor))
        && matches!(verdict, Verdict::Unknown { reason } if reason.contains("door is always open"))
}

fn short(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Upheld { bypass, .. } => format!("upheld ({bypass:?})"),
        Verdict::Violated { witness } => {
            format!("violated ({:?}, {})", witness.kind, witness.replay)
        }
        Verdict::Unknown { reason } => format!("unknown ({reason})"),
    }
}

fn check(assignment: &str) {
    let mut examination = Examination { assignment, examined: 0, wrong: String::new() };
    visit_all(&mut examination);
    assert!(examination.examined >= 1, "the catalogue has solutions of {assignment}");
    assert!(examination.wrong.is_empty(), "\n{}", examination.wrong);
}

#[test]
fn lock_variable() {
    check("lock_variable");
}

#[test]
fn taking_turns() {
    check("taking_turns");
}

#[test]
fn peterson() {
    check("peterson");
}

#[test]
fn bakery() {
    check("bakery");
}

#[test]
fn test_and_set() {
    check("test_and_set");
}

#[test]
fn compare_and_swap() {
    check("compare_and_swap");
}

#[test]
fn race_condition() {
    check("race_condition");
}

#[test]
fn mutex() {
    check("mutex");
}

#[test]
fn monitor() {
    check("monitor");
}

#[test]
fn semaphore() {
    check("semaphore");
}

#[test]
fn bounded_buffer() {
    check("bounded_buffer");
}

#[test]
fn mailbox() {
    check("mailbox");
}

#[test]
fn dining_philosophers() {
    check("dining_philosophers");
}

#[test]
fn readers_writers() {
    check("readers_writers");
}

#[test]
fn readers_first() {
    check("readers_first");
}

#[test]
fn writers_first() {
    check("writers_first");
}

#[test]
fn anonymous_pipe() {
    check("anonymous_pipe");
}

#[test]
fn message_queue() {
    check("message_queue");
}

#[test]
fn named_pipe() {
    check("named_pipe");
}

#[test]
fn signal() {
    check("signal");
}

#[test]
fn socket() {
    check("socket");
}
