//! From measurements to points: one pure function, the rules of the rubric and nothing else.

use harness::runner::{Criterion, CriterionReport, Verdict, WitnessKind};

use crate::points::Points;
use crate::result::{CriterionResult, Outcome};
use crate::rubric::{KnownFailure, Rubric, title};

/// What a submission earned, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Score {
    /// All criteria of the contract, in its order.
    pub(crate) criteria: Vec<CriterionResult>,
    /// What should be looked at by hand.
    pub(crate) flags: Vec<String>,
    /// One sentence for the student.
    pub(crate) summary: String,
}

impl Score {
    /// The mark.
    pub(crate) fn total(&self) -> Points {
        self.criteria.iter().map(|criterion| criterion.points).sum()
    }

    /// Notes that those who wait make calls meanwhile, where that is no criterion.
    pub(crate) fn note_busy_waiting(&mut self) {
        let progress = self.criteria.iter_mut().find(|it| it.criterion == Criterion::Progress);
        if let Some(progress) = progress {
            let note = " (Whoever waits makes calls all the while, which is busy waiting. It costs no points here.)";
            progress.explanation.push_str(note);
        }
    }
}

/// Scores complete measurements: exactly one report for each criterion, as `judge` has checked.
pub(crate) fn score(rubric: &Rubric, reports: &[CriterionReport]) -> Score {
    let report = |criterion| {
        reports
            .iter()
            .find(|report| report.criterion == criterion)
            .expect("the judge lets only complete reports pass")
    };
    let mut criteria = Vec::new();
    let mut flags = Vec::new();
    for &criterion in rubric.contract.criteria() {
        let report = report(criterion);
        let (mut outcome, mut explanation) = outcome(rubric, report);
        if let Verdict::Unknown { reason } = &report.cpp20
            && outcome == Outcome::FailsAsItShould
            && !works(reports, criterion)
        {
            // Where nobody gets in, or everybody does, there is nothing to overlook.
            outcome = Outcome::NotShown;
            explanation = not_shown(title(criterion), reason);
        }
        let worth = rubric.points.of(criterion);
        let points = match outcome {
            Outcome::Upheld | Outcome::FailsAsItShould => worth,
            Outcome::OrderingsTooWeak => worth.share(rubric.points.partial_credit),
            Outcome::Violated
            | Outcome::DoesNotFailAsItShould
            | Outcome::NotShown
            | Outcome::Inherited => Points::ZERO,
        };
        if let Verdict::Unknown { reason } = &report.cpp20
            && outcome == Outcome::NotShown
            && worth > Points::ZERO
        {
            flags.push(format!("{} was not shown: {reason}", title(criterion)));
        }
        criteria.push(CriterionResult {
            criterion,
            points,
            points_max: worth,
            outcome,
            explanation,
            cpp20: report.cpp20.clone(),
            sequential: report.sequential.clone(),
        });
    }
    let summary = summary(&criteria);
    Score { criteria, flags, summary }
}

/// The kind of violation, if it is one.
pub(crate) fn witness_kind(verdict: &Verdict) -> Option<WitnessKind> {
    match verdict {
        Verdict::Violated { witness } => Some(witness.kind),
        Verdict::Upheld { .. } | Verdict::Unknown { .. } => None,
    }
}

/// What a criterion's verdicts are worth, and why.
pub(crate) fn outcome(rubric: &Rubric, report: &CriterionReport) -> (Outcome, String) {
    let criterion = report.criterion;
    let name = title(criterion);
    let known = rubric.known_failure(criterion);
    if let Some(failure) = known.filter(|failure| failure.required) {
        return required_failure(failure, report);
    }
    match (&report.cpp20, &report.sequential) {
        (Verdict::Upheld { .. }, _) if criterion == Criterion::Prediction => {
            (Outcome::Upheld, "What you foretell is what can be.".to_owned())
        }
        (Verdict::Upheld { .. }, _) => (Outcome::Upheld, format!("{} holds.", capital(name))),
        (Verdict::Unknown { reason }, _) if known.is_some_and(earns_either_way) => (
            Outcome::FailsAsItShould,
            format!(
                "{} This mechanism need not give it: it earns the same either way.",
                not_shown(name, reason)
            ),
        ),
        (Verdict::Unknown { reason }, _) => (Outcome::NotShown, not_shown(name, reason)),
        (Verdict::Violated { witness }, _)
            if known.is_some_and(|k| k.witness.is_empty() || k.witness.contains(&witness.kind)) =>
        {
            let text = format!("{} does not hold; this mechanism need not give it.", capital(name));
            (Outcome::FailsAsItShould, text)
        }
        (Verdict::Violated { .. }, Verdict::Upheld { .. }) => {
            let text = format!(
                "{} holds under sequential consistency, but not under Rust's memory model: your \
                 algorithm is right, your orderings are not.",
                capital(name)
            );
            (Outcome::OrderingsTooWeak, text)
        }
        (Verdict::Violated { witness }, _) if criterion == Criterion::Prediction => {
            let text = format!("What you foretell is not what can be. {}", witness.reason);
            (Outcome::Violated, text)
        }
        (Verdict::Violated { witness }, _) => {
            (Outcome::Violated, format!("{} {}", fails(criterion), witness.reason))
        }
    }
}

/// That a criterion is violated, up to the reason.
fn fails(criterion: Criterion) -> String {
    match criterion {
        Criterion::BusyWaiting => "There is busy waiting:".to_owned(),
        _ => format!("{} does not hold:", capital(title(criterion))),
    }
}

/// Whether a criterion earns its points whatever the verdict on it is: it may fail in every way that
/// there is.
fn earns_either_way(failure: &KnownFailure) -> bool {
    let only_starvation = failure.criterion == Criterion::BoundedWaiting
        && failure.witness.contains(&WitnessKind::Starvation);
    !failure.required && (failure.witness.is_empty() || only_starvation)
}

/// Whether the algorithm holds what all criteria but one ask for.
fn works(reports: &[CriterionReport], but: Criterion) -> bool {
    reports
        .iter()
        .filter(|report| report.criterion != but)
        .all(|report| matches!(report.sequential, Verdict::Upheld { .. }))
}

fn not_shown(name: &str, reason: &str) -> String {
    format!("{} was neither shown nor refuted: {reason}.", capital(name))
}

/// The task is to show a failure: it counts when the algorithm itself has it (under sequential
/// consistency too) and in the way that the theory names.
fn required_failure(failure: &KnownFailure, report: &CriterionReport) -> (Outcome, String) {
    let name = title(failure.criterion);
    let named = failure.witness.iter().map(|&kind| describe(kind)).collect::<Vec<_>>().join(" or ");
    let wrong = |found: &str| {
        let text = format!(
            "The mechanism that you were to build violates {name} in this way: {named}. {found}"
        );
        (Outcome::DoesNotFailAsItShould, text)
    };
    match (witness_kind(&report.cpp20), witness_kind(&report.sequential)) {
        (Some(kind), Some(sequential)) => {
            if [kind, sequential].iter().all(|kind| failure.witness.contains(kind)) {
                let text = format!("It violates {name} as the theory says: {}.", describe(kind));
                (Outcome::FailsAsItShould, text)
            } else {
                let other = if failure.witness.contains(&kind) { sequential } else { kind };
                wrong(&format!("Yours does so in another way: {}.", describe(other)))
            }
        }
        (Some(_), None) => wrong("Yours does so only through orderings that are too weak."),
        (None, _) => match &report.cpp20 {
            Verdict::Unknown { reason } => (Outcome::NotShown, not_shown(name, reason)),
            Verdict::Upheld { .. } | Verdict::Violated { .. } => wrong("Yours does not."),
        },
    }
}

/// A kind of violation in words.
pub(crate) fn describe(kind: WitnessKind) -> &'static str {
    match kind {
        WitnessKind::Overlap => "two processes inside at once",
        WitnessKind::OpenDoor => "a process got in although another was already inside",
        WitnessKind::NotVisible => "what one process wrote inside is not visible to the next",
        WitnessKind::DataRace => "the solution's own data is accessed in a data race",
        WitnessKind::NoPermit => "`wait` of a semaphore returned without a permit",
        WitnessKind::LostUpdate => "an increment is lost",
        WitnessKind::Miscounted => {
            "the counter is wrong although one process increments after the other"
        }
        WitnessKind::Unprompted => "`wait` on a condition returned although nobody signalled",
        WitnessKind::Overfull => "more is inside than there is room for",
        WitnessKind::Corrupted => {
            "something was taken that was not there, or twice, or not as it was"
        }
        WitnessKind::OutOfOrder => "what went in comes out in the wrong order",
        WitnessKind::Misdelivered => "a message went to a process that it was not for",
        WitnessKind::FalseAnswer => "a process was told what is not so",
        WitnessKind::Damaged => "what was received was never sent so",
        WitnessKind::ReceivedTwice => "a message was received twice",
        WitnessKind::Lost => "a message was sent, and the end came without it",
        WitnessKind::EarlyEnd => "the end was announced, and there was more to come",
        WitnessKind::CallFailed => "a call failed without a reason",
        WitnessKind::Killed => "a signal killed a process that was to live on",
        WitnessKind::Misuse => "a guard is left by a process that is not in it",
        WitnessKind::LostWakeup => "a process sleeps for ever, as nobody wakes it",
        WitnessKind::EarlyWakeup => "a process is woken too early, and sleeps again for ever",
        WitnessKind::BusyWaiting => "a process that waits does not sleep",
        WitnessKind::ForeignRelease => {
            "`exit_section` of a process that is not inside changes the lock"
        }
        WitnessKind::WrongPreference => "the wrong side is preferred",
        WitnessKind::NeverTogether => "those who could be inside together never are",
        WitnessKind::Impossible => "a value is foretold that cannot be",
        WitnessKind::Missing => "a value that can be is not foretold",
        WitnessKind::NeedsRemainder => {
            "nobody gets in while a process stays in its remainder section"
        }
        WitnessKind::Solo => "a process that is alone does not get in",
        WitnessKind::Stuck => "somebody waits for ever",
        WitnessKind::Livelock => "the processes keep moving and nobody gets in",
        WitnessKind::ExitWaits => "`exit_section`, or `signal`, does not return",
        WitnessKind::Starvation => {
            "one process waits for ever while others go first again and again"
        }
    }
}

/// `text` as the beginning of a sentence.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn summary(criteria: &[CriterionResult]) -> String {
    let lost = |criterion: &&CriterionResult| criterion.points < criterion.points_max;
    let lost: Vec<_> = criteria.iter().filter(lost).collect();
    let with = |outcome| {
        lost.iter()
            .filter(|criterion| criterion.outcome == outcome)
            .map(|criterion| title(criterion.criterion))
            .collect::<Vec<_>>()
            .join(" and ")
    };
    if lost.is_empty() {
        return "Everything that this assignment asks for was shown.".to_owned();
    }
    if lost.iter().all(|criterion| criterion.outcome == Outcome::OrderingsTooWeak) {
        return "Your algorithm is right, your orderings are not.".to_owned();
    }
    let mut parts = Vec::new();
    for (outcome, words) in [
        (Outcome::Violated, "violated"),
        (Outcome::DoesNotFailAsItShould, "does not fail as the task asks"),
        (Outcome::OrderingsTooWeak, "holds only under sequential consistency"),
        (Outcome::NotShown, "not shown"),
    ] {
        let names = with(outcome);
        if !names.is_empty() {
            parts.push(format!("{words}: {names}"));
        }
    }
    format!("{}.", capital(&parts.join("; ")))
}

#[cfg(test)]
pub(crate) mod tests {
    use harness::runner::{Criterion, CriterionReport, Evidence, Verdict, Witness, WitnessKind};

    use super::score;
    use crate::result::Outcome;
    use crate::rubric::CRITERIA;
    use crate::rubric::tests::{PETERSON, TAKING_TURNS, rubric};

    /// Upheld by an exhaustive exploration.
    pub(crate) fn upheld() -> Verdict {
        Verdict::Upheld {
            evidence: vec![Evidence {
                strategy: "exhaustive".to_owned(),
                processes: 2,
                entries: 2,
                executions: 48,
                blocked: 68,
                complete: true,
            }],
            bypass: Some(1),
            doorway: None,
        }
    }

    /// Violated in the way of `kind`.
    pub(crate) fn violated(kind: WitnessKind) -> Verdict {
        Verdict::Violated {
            witness: Witness {
                kind,
                reason: format!("{kind:?}"),
                processes: 2,
                entries: vec![1, 1],
                memory: "cpp20".to_owned(),
                replay: String::new(),
                schedule: "v1:abc".to_owned(),
                drawing: "P0 | P1\n```\n".to_owned(),
                steps: Vec::new(),
            },
        }
    }

    /// Neither.
    pub(crate) fn unknown() -> Verdict {
        Verdict::Unknown { reason: "the budget ran out".to_owned() }
    }

    /// The reports of three criteria, each with its verdicts under (C++20, sequential consistency).
    pub(crate) fn reports(verdicts: [(Verdict, Verdict); 3]) -> Vec<CriterionReport> {
        CRITERIA
            .into_iter()
            .zip(verdicts)
            .map(|(criterion, (cpp20, sequential))| CriterionReport {
                criterion,
                cpp20,
                sequential,
            })
            .collect()
    }

    fn both(verdict: &Verdict) -> (Verdict, Verdict) {
        (verdict.clone(), verdict.clone())
    }

    use Outcome::{
        DoesNotFailAsItShould, FailsAsItShould, NotShown, OrderingsTooWeak, Upheld, Violated,
    };

    #[test]
    fn each_criterion_earns_what_the_rubric_says() {
        let up = both(&upheld());
        let all = [up.clone(), up.clone(), up.clone()];
        let with = |place: usize, verdicts: (Verdict, Verdict)| {
            let mut all = all.clone();
            all[place] = verdicts;
            all
        };
        let fails = |kind| both(&violated(kind));
        let weak = |kind| (violated(kind), upheld());
        let maybe = (unknown(), upheld());
        let optional = TAKING_TURNS.replace("required = true", "required = false");
        let unfair = optional
            .replace("criterion = \"progress\"", "criterion = \"bounded_waiting\"")
            .replace("progress = \"violated\"", "progress = \"upheld\"")
            .replace("bounded_waiting = \"upheld\"", "bounded_waiting = \"violated\"")
            .replace("needs_remainder", "starvation");
        for (name, text, verdicts, outcomes, points) in vec![
            ("all hold", PETERSON, all.clone(), [Upheld; 3], "100"),
            (
                "one fails",
                PETERSON,
                with(1, fails(WitnessKind::Stuck)),
                [Upheld, Violated, Upheld],
                "75",
            ),
            (
                "an overlap leaves the other criteria their points",
                PETERSON,
                with(0, fails(WitnessKind::Overlap)),
                [Violated, Upheld, Upheld],
                "50",
            ),
            (
                "an open door is a violation of mutual exclusion alone; the harness finds the rest unknown",
                PETERSON,
                with(0, fails(WitnessKind::OpenDoor)),
                [Violated, Upheld, Upheld],
                "50",
            ),
            (
                "weak orderings earn a share",
                PETERSON,
                with(0, weak(WitnessKind::Overlap)),
                [OrderingsTooWeak, Upheld, Upheld],
                "75",
            ),
            ("unknown earns nothing", PETERSON, with(2, maybe), [Upheld, Upheld, NotShown], "75"),
            (
                "unknown under sequential consistency earns no share",
                PETERSON,
                with(0, (violated(WitnessKind::Overlap), unknown())),
                [Violated, Upheld, Upheld],
                "50",
            ),
            (
                "a required failure as the theory says",
                TAKING_TURNS,
                with(1, fails(WitnessKind::NeedsRemainder)),
                [Upheld, FailsAsItShould, Upheld],
                "100",
            ),
            (
                "a required failure in another way",
                TAKING_TURNS,
                with(1, fails(WitnessKind::Stuck)),
                [Upheld, DoesNotFailAsItShould, Upheld],
                "60",
            ),
            (
                "a required failure through the orderings only",
                TAKING_TURNS,
                with(1, weak(WitnessKind::NeedsRemainder)),
                [Upheld, DoesNotFailAsItShould, Upheld],
                "60",
            ),
            (
                "a required failure that does not show",
                TAKING_TURNS,
                all.clone(),
                [Upheld, DoesNotFailAsItShould, Upheld],
                "60",
            ),
            (
                "a required failure that is unknown",
                TAKING_TURNS,
                with(1, both(&unknown())),
                [Upheld, NotShown, Upheld],
                "60",
            ),
            (
                "an allowed failure that does not show",
                &optional,
                all.clone(),
                [Upheld, Upheld, Upheld],
                "100",
            ),
            (
                "an allowed failure in a way that is not allowed",
                &optional,
                with(1, fails(WitnessKind::Stuck)),
                [Upheld, Violated, Upheld],
                "60",
            ),
            (
                "an allowed failure",
                &optional,
                with(1, fails(WitnessKind::NeedsRemainder)),
                [Upheld, FailsAsItShould, Upheld],
                "100",
            ),
            (
                "what may fail in every way earns its points unknown, too",
                &unfair,
                with(2, both(&unknown())),
                [Upheld, Upheld, FailsAsItShould],
                "100",
            ),
            (
                "but not where nobody gets in",
                &unfair,
                [up.clone(), fails(WitnessKind::Stuck), both(&unknown())],
                [Upheld, Violated, NotShown],
                "40",
            ),
            (
                "nor where it may fail in one way only",
                &optional,
                with(1, both(&unknown())),
                [Upheld, NotShown, Upheld],
                "60",
            ),
        ] {
            let score = score(&rubric(text), &reports(verdicts));
            let found: Vec<_> = score.criteria.iter().map(|c| c.outcome).collect();
            assert_eq!(found, outcomes, "{name}");
            assert_eq!(score.total().to_string(), points, "{name}");
        }
    }

    #[test]
    fn what_is_unknown_is_flagged() {
        let up = both(&upheld());
        let unclear = score(&rubric(PETERSON), &reports([up.clone(), up, both(&unknown())]));
        assert_eq!(unclear.flags, ["bounded waiting was not shown: the budget ran out"]);
    }

    #[test]
    fn the_summary_draws_the_conclusion() {
        let up = both(&upheld());
        let weak = (violated(WitnessKind::Overlap), upheld());
        let wrong = both(&violated(WitnessKind::Stuck));
        for (verdicts, summary) in [
            (
                [up.clone(), up.clone(), up.clone()],
                "Everything that this assignment asks for was shown.",
            ),
            (
                [weak.clone(), up.clone(), up.clone()],
                "Your algorithm is right, your orderings are not.",
            ),
            (
                [weak, wrong, up],
                "Violated: progress; holds only under sequential consistency: mutual exclusion.",
            ),
        ] {
            assert_eq!(score(&rubric(PETERSON), &reports(verdicts)).summary, summary);
        }
        assert_eq!(CRITERIA[0], Criterion::MutualExclusion);
    }

    #[test]
    fn busy_waiting_that_is_no_criterion_is_noted_and_costs_nothing() {
        let up = both(&upheld());
        let mut noted = score(&rubric(PETERSON), &reports([up.clone(), up.clone(), up]));
        let before = noted.clone();
        noted.note_busy_waiting();
        assert_eq!(noted.total(), before.total());
        assert!(noted.criteria[1].explanation.ends_with("It costs no points here.)"));
        assert_eq!(noted.criteria[0], before.criteria[0]);
    }
}
