//! From the end of a run to a state: whether there is a verdict, and if not, what to tell whom. Pure.

use harness::runner::{Conclusion, Criterion, Report, RunawayKind, STACK_OVERFLOW_EXIT};

use crate::result::{Problem, State};
use crate::run::{Cause, Incomplete, RunEnd, signal_name};

/// What a run comes to.
#[derive(Debug)]
pub(crate) enum Judgement {
    /// Complete measurements, to be scored.
    Measured(Box<Report>),
    /// Something else.
    Other(Other),
}

/// A run that is not scored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// How it ended.
    pub(crate) state: State,
    /// One sentence.
    pub(crate) summary: String,
    /// Details.
    pub(crate) problems: Vec<Problem>,
    /// What should be looked at by hand.
    pub(crate) flags: Vec<String>,
}

/// Judges the end of a run.
pub(crate) fn judge(end: RunEnd, criteria: &[Criterion]) -> Judgement {
    match end {
        RunEnd::Complete(report) => complete(report, criteria),
        RunEnd::Incomplete(incomplete) => Judgement::Other(of_incomplete(incomplete)),
    }
}

fn complete(report: Box<Report>, criteria: &[Criterion]) -> Judgement {
    let other = |state, summary: &str, problem: Problem| {
        Judgement::Other(Other {
            state,
            summary: summary.to_owned(),
            problems: vec![problem],
            flags: Vec::new(),
        })
    };
    match &report.conclusion {
        Conclusion::Examined => match inconsistency(&report, criteria) {
            None => Judgement::Measured(report),
            Some(what) => Judgement::Other(Other {
                state: State::Error,
                summary: format!("The harness's report contradicts itself: {what}."),
                problems: Vec::new(),
                flags: vec![format!("harness fault: {what}")],
            }),
        },
        Conclusion::NotImplemented { site } => other(
            State::NotImplemented,
            "There is still a `todo!()` where the solution goes.",
            at(site, "not implemented yet".to_owned()),
        ),
        Conclusion::Panicked { panic, site, replay } => {
            let mut text = format!("panicked: {panic}");
            if let Some(replay) = replay {
                text.push_str("\nto see it again: grader replay --source <your file> --scene ");
                text.push_str(replay);
            }
            other(State::Crashed, "The code panics.", at(site, text))
        }
        Conclusion::Fault { what } => Judgement::Other(Other {
            state: State::Error,
            summary: "The harness failed.".to_owned(),
            problems: Vec::new(),
            flags: vec![format!("harness fault: {what}")],
        }),
        Conclusion::Runaway { kind, reason, site } => {
            let problem = match site {
                Some(site) => at(
                    site,
                    format!("{reason}; the last access to a shared variable before that is here"),
                ),
                None => Problem::of(reason.clone()),
            };
            match kind {
                RunawayKind::Endless => other(State::TimedOut, "The code runs away.", problem),
                RunawayKind::StackOverflow => {
                    other(State::Crashed, "The code overflows its stack.", problem)
                }
            }
        }
    }
}

/// A problem at `file:line`, or `file:line:column`.
fn at(site: &str, text: String) -> Problem {
    let numbers = |text: &str| text.parse::<u32>().ok();
    let mut parts: Vec<&str> = site.rsplitn(3, ':').collect();
    parts.reverse();
    let (file, line, column) = match parts[..] {
        [file, line, column] if numbers(line).is_some() && numbers(column).is_some() => {
            (file.to_owned(), numbers(line), numbers(column))
        }
        [.., last] if parts.len() > 1 && numbers(last).is_some() => {
            (site[..site.len() - last.len() - 1].to_owned(), numbers(last), None)
        }
        _ => (site.to_owned(), None, None),
    };
    Problem { file: Some(file), line, column, rule: None, text }
}

/// What a complete report must fulfil and does not.
fn inconsistency(report: &Report, criteria: &[Criterion]) -> Option<String> {
    for &criterion in criteria {
        let count = report.criteria.iter().filter(|found| found.criterion == criterion).count();
        if count != 1 {
            return Some(format!("{count} verdicts on {}", crate::rubric::title(criterion)));
        }
    }
    if report.criteria.len() != criteria.len() {
        return Some("unknown criteria".to_owned());
    }
    for found in &report.criteria {
        for verdict in [&found.cpp20, &found.sequential] {
            if let Some(kind) = crate::score::witness_kind(verdict)
                && kind.criterion() != found.criterion
            {
                return Some(format!(
                    "{kind:?} is no violation of {}",
                    crate::rubric::title(found.criterion)
                ));
            }
        }
    }
    None
}

fn of_incomplete(incomplete: Incomplete) -> Other {
    let Incomplete { cause, doing, stderr } = incomplete;
    let (state, summary, flag) = match cause {
        Cause::CpuLimit => {
            (State::TimedOut, "The run used up its processor time.".to_owned(), None)
        }
        Cause::MemoryLimit => (State::Crashed, "The run used up its memory.".to_owned(), None),
        Cause::Flood => (State::Crashed, "The code flooded its output.".to_owned(), None),
        Cause::Signal(signal) => {
            (State::Crashed, format!("The run was ended by {}.", signal_name(signal)), None)
        }
        Cause::Exit(STACK_OVERFLOW_EXIT) => (
            State::Crashed,
            "The entry or exit section overflowed the stack of its process.".to_owned(),
            None,
        ),
        Cause::Exit(code) => (
            State::Crashed,
            format!("The run ended with exit code {code} and without a verdict."),
            Some("the run ended itself without a verdict".to_owned()),
        ),
        Cause::Channel(what) => (
            State::Crashed,
            format!("The run gave no complete verdict: {what}."),
            Some(format!("the private channel was disturbed: {what}")),
        ),
        Cause::Ours(what) => {
            (State::Error, format!("The run failed through our fault: {what}."), None)
        }
        Cause::Interrupted => (State::Error, "Interrupted.".to_owned(), None),
    };
    let mut problems = Vec::new();
    if let Some(doing) = doing {
        problems.push(Problem::of(format!("The last thing that it was about to do: {doing}")));
    }
    if !stderr.trim().is_empty() {
        let tail: String = stderr.chars().take(2_000).collect();
        problems.push(Problem::of(format!("It wrote to standard error:\n{}", tail.trim_end())));
    }
    Other { state, summary, problems, flags: flag.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use crate::rubric::CRITERIA;
    use harness::runner::RunawayKind;
    use harness::runner::{Conclusion, PROTOCOL_VERSION, Report, WitnessKind};

    use super::{Judgement, at, judge};
    use crate::result::State;
    use crate::run::{Cause, Incomplete, RunEnd};
    use crate::score::tests::{reports, unknown, upheld, violated};

    fn report(conclusion: Conclusion) -> Report {
        let up = || (upheld(), upheld());
        Report {
            version: PROTOCOL_VERSION,
            nonce: String::new(),
            assignment: "peterson".to_owned(),
            conclusion,
            criteria: reports([up(), up(), (unknown(), upheld())]),
            profile: None,
            mends: Vec::new(),
        }
    }

    fn state(end: RunEnd) -> State {
        match judge(end, &CRITERIA) {
            Judgement::Measured(_) => State::Graded,
            Judgement::Other(other) => other.state,
        }
    }

    #[test]
    fn only_a_consistent_examined_report_is_scored() {
        let complete = |report| state(RunEnd::Complete(Box::new(report)));
        assert_eq!(complete(report(Conclusion::Examined)), State::Graded);
        let site = "src/lib.rs:3".to_owned();
        let todo = Conclusion::NotImplemented { site: site.clone() };
        assert_eq!(complete(report(todo)), State::NotImplemented);
        let panicked = Conclusion::Panicked { panic: "index".to_owned(), site, replay: None };
        assert_eq!(complete(report(panicked)), State::Crashed);
        let runaway = Conclusion::Runaway {
            kind: RunawayKind::Endless,
            reason: "loops".to_owned(),
            site: None,
        };
        assert_eq!(complete(report(runaway)), State::TimedOut);

        let mut twice = report(Conclusion::Examined);
        twice.criteria[1] = twice.criteria[0].clone();
        assert_eq!(complete(twice), State::Error);
        let mut missing = report(Conclusion::Examined);
        missing.criteria.pop();
        assert_eq!(complete(missing), State::Error);
        let mut misplaced = report(Conclusion::Examined);
        misplaced.criteria[0].cpp20 = violated(WitnessKind::Stuck);
        assert_eq!(complete(misplaced), State::Error);
    }

    #[test]
    fn a_run_without_a_report_is_never_graded_and_only_our_faults_are_errors() {
        for (cause, expected) in [
            (Cause::CpuLimit, State::TimedOut),
            (Cause::MemoryLimit, State::Crashed),
            (Cause::Flood, State::Crashed),
            (Cause::Signal(11), State::Crashed),
            (Cause::Exit(0), State::Crashed),
            (Cause::Channel(String::new()), State::Crashed),
            (Cause::Ours(String::new()), State::Error),
            (Cause::Interrupted, State::Error),
        ] {
            let incomplete =
                Incomplete { cause: cause.clone(), doing: None, stderr: String::new() };
            assert_eq!(state(RunEnd::Incomplete(incomplete)), expected, "{cause:?}");
        }
    }

    #[test]
    fn places_are_read_with_and_without_column() {
        for (site, file, line, column) in [
            ("src/lib.rs:3", "src/lib.rs", Some(3), None),
            ("src/lib.rs:3:14", "src/lib.rs", Some(3), Some(14)),
            ("a:b.rs:7", "a:b.rs", Some(7), None),
            ("somewhere", "somewhere", None, None),
        ] {
            let problem = at(site, String::new());
            assert_eq!(
                (problem.file.as_deref(), problem.line, problem.column),
                (Some(file), line, column)
            );
        }
    }
}
