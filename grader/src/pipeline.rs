//! One submission from its files to its result: policy check, compile, run, judge, score. The same
//! way is gone by the reference first, as submission zero.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use harness::runner::{PROTOCOL_VERSION, Plan, Replayed, Report, Verdict, Waiting};

use crate::compile::{self, NotCompiled};
use crate::course::Course;
use crate::digest::Digest;
use crate::failure::Failure;
use crate::judge::{self, Judgement};
use crate::location::{Location, Unread};
use crate::points::Points;
use crate::policy::{self, Examination, Finding, texts};
use crate::result::{
    FileDigest, GradingResult, Isolation, Problem, SCHEMA, StackConclusion, State, StudentName,
};
use crate::rubric::{Rubric, Theory, title};
use crate::run;
use crate::score::{describe, score, witness_kind};
use crate::stack::{self, Examined, Layer};
use crate::toolchain::Toolchain;

/// What a submission came to, before points.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// Complete measurements.
    Measured(Box<Report>),
    /// A state without them.
    Other(judge::Other),
}

/// What the reference measured, or why nobody can be graded.
type Verified = Arc<OnceLock<Result<Report, Failure>>>;

/// Everything that is needed to grade; shared by all who grade at the same time.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// The course.
    pub(crate) course: Course,
    pub(crate) toolchain: Toolchain,
    seed: u64,
    cpu_seconds: u64,
    /// Filled once per run of the grader, never kept between two.
    references: Mutex<BTreeMap<String, Verified>>,
}

/// A submission whose sources have been read and checked.
#[derive(Debug)]
pub(crate) struct Prepared {
    location: Location,
    examination: Examination,
    /// The student's own layers below, if the rubric asks for them; without sources if they are missing.
    below: Vec<Layer>,
    /// Identifies everything that the result depends on.
    pub(crate) digest: String,
}

impl Pipeline {
    /// A pipeline for `course`.
    pub(crate) fn new(course: Course, toolchain: Toolchain, seed: u64, cpu_seconds: u64) -> Self {
        Self { course, toolchain, seed, cpu_seconds, references: Mutex::default() }
    }

    /// Reads and checks the sources of a submission. Among `others`, its student's other submissions, are
    /// the layers that it may be put on.
    pub(crate) fn prepare(
        &self,
        location: Location,
        others: &[Location],
    ) -> Result<Prepared, Failure> {
        let examination = policy::examine(&location)?;
        let mut digest = self.digest_of(&location.assignment)?;
        digest = digest.part("root", location.root.as_bytes());
        for flag in &location.flags {
            digest = digest.part("flag", flag.as_bytes());
        }
        for source in &examination.sources {
            digest = digest.part(&source.path, &source.bytes);
        }
        let stack = self.course.rubric(&location.assignment)?.stack.as_ref();
        let mut below = Vec::new();
        for name in stack.iter().flat_map(|stack| &stack.layers) {
            let submitted = others.iter().find(|other| other.assignment == *name);
            let examination = submitted.map(policy::examine).transpose()?;
            let rubric = serde_json::to_vec(self.course.rubric(name)?).expect("it has a JSON form");
            digest = digest.part("layer", name.as_bytes()).part("rubric", &rubric);
            for source in examination.iter().flat_map(|examination| &examination.sources) {
                digest = digest.part(&source.path, &source.bytes);
            }
            below.push(Layer { assignment: name.clone(), examination });
        }
        Ok(Prepared { location, examination, below, digest: digest.finish() })
    }

    fn digest_of(&self, assignment: &str) -> Result<Digest, Failure> {
        let rubric = self.course.rubric(assignment)?;
        let rubric = serde_json::to_vec(rubric).expect("a rubric has a JSON form");
        Ok(Digest::new()
            .part("schema", &SCHEMA.to_le_bytes())
            .part("grader", env!("CARGO_PKG_VERSION").as_bytes())
            .part("harness", self.toolchain.harness_digest.as_bytes())
            .part("seed", &self.seed.to_le_bytes())
            .part("processor seconds", &self.cpu_seconds.to_le_bytes())
            .part("assignment", assignment.as_bytes())
            .part("rubric", &rubric))
    }

    /// What the assignment's reference measures; an error if that is not its profile.
    pub(crate) fn verify_reference(&self, assignment: &str) -> Result<Report, Failure> {
        let verified = {
            let mut references = self.references.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(references.entry(assignment.to_owned()).or_default())
        };
        verified.get_or_init(|| self.measure_reference(assignment)).clone()
    }

    fn reference(&self, assignment: &str) -> Result<Location, Failure> {
        Ok(Location {
            assignment: assignment.to_owned(),
            base: self.course.references.clone(),
            root: format!("{}.rs", self.course.rubric(assignment)?.reference),
            flags: Vec::new(),
        })
    }

    fn measure_reference(&self, assignment: &str) -> Result<Report, Failure> {
        let rubric = self.course.rubric(assignment)?;
        let location = self.reference(assignment)?;
        let unhealthy = |what: String| {
            Failure::environment(format!(
                "the reference for `{assignment}` ({}) {what}; nobody is graded for it",
                location.base.join(&location.root).display()
            ))
        };
        if let Err(Unread::Missing) = location.read(&location.root) {
            return Err(unhealthy("does not exist".to_owned()));
        }
        let below = rubric.stack.iter().flat_map(|stack| &stack.layers);
        let below = below.map(|name| self.reference(name)).collect::<Result<Vec<_>, _>>()?;
        let prepared = self.prepare(location.clone(), &below)?;
        let report = match self.attempt(rubric, &prepared)? {
            Attempt::Measured(report) => *report,
            Attempt::Other(other) => {
                let mut what = format!("{}: {}", other.state.words(), other.summary);
                for problem in &other.problems {
                    what.push_str("\n  ");
                    if let Some(place) = problem.place() {
                        what.push_str(&place);
                        what.push_str(": ");
                    }
                    what.push_str(&problem.text);
                }
                return Err(unhealthy(what));
            }
        };
        if let Some(what) = deviation(rubric, &report) {
            return Err(unhealthy(format!("does not measure its profile: {what}")));
        }
        // Nobody's layers are blamed where the references' own do not hold together.
        if rubric.stack.is_some() {
            let stack = self.stack(&prepared)?;
            if stack.result.conclusion != StackConclusion::Sound {
                return Err(unhealthy(format!("does not stack: {}", stack.result.summary)));
            }
        }
        Ok(report)
    }

    /// Grades a submission. The reference has been verified; a fault of ours becomes a result with
    /// the state `error`, so that one submission never stops the others.
    pub(crate) fn grade(&self, prepared: &Prepared, student: Option<StudentName>) -> GradingResult {
        let assignment = &prepared.location.assignment;
        let rubric = &self.course.rubrics[assignment];
        let mut result = self.blank(assignment, prepared.digest.clone(), student);
        result.flags.clone_from(&prepared.location.flags);
        result.files = prepared
            .examination
            .sources
            .iter()
            .map(|source| FileDigest {
                path: source.path.clone(),
                digest: Digest::new().part(&source.path, &source.bytes).finish(),
            })
            .collect();
        match self.attempt(rubric, prepared) {
            Ok(Attempt::Measured(report)) => {
                let mut score = score(rubric, &report.criteria);
                let waiting = report.profile.as_ref().and_then(|profile| profile.waiting);
                if waiting == Some(Waiting::Busy) && !rubric.contract.shares_memory() {
                    score.note_busy_waiting();
                }
                result.state = State::Graded;
                result.points = Some(score.total());
                result.summary = score.summary;
                result.criteria = score.criteria;
                result.flags.extend(score.flags);
                result.mends = report.mends;
                if rubric.stack.is_some() {
                    self.add_stack(&mut result, prepared);
                }
            }
            Ok(Attempt::Other(other)) => {
                result.state = other.state;
                result.points = (other.state != State::Error).then_some(Points::ZERO);
                result.summary = other.summary;
                result.problems = other.problems;
                result.flags.extend(other.flags);
            }
            Err(failure) => fail(&mut result, &failure),
        }
        result
    }

    /// Examines the student's own layers together.
    fn stack(&self, prepared: &Prepared) -> Result<Examined, Failure> {
        let mut layers = prepared.below.clone();
        layers.push(Layer {
            assignment: prepared.location.assignment.clone(),
            examination: Some(prepared.examination.clone()),
        });
        stack::examine(self, &layers)
    }

    /// The same, for a result that has everything else.
    fn add_stack(&self, result: &mut GradingResult, prepared: &Prepared) {
        let points_max = self.course.rubrics[&result.assignment].stack.as_ref().map(|s| s.points);
        match self.stack(prepared) {
            Ok(examined) => {
                let stack = examined.result;
                result.points =
                    result.points.map(|points| [points, stack.points].into_iter().sum());
                if stack.points < stack.points_max {
                    result.summary.push_str(" Your own layers together do not earn their points.");
                }
                result.flags.extend(examined.flags);
                result.stack = Some(stack);
            }
            // A fault of ours costs no points: there is no mark if some depend on it.
            Err(failure) if points_max > Some(Points::ZERO) => {
                result.criteria.clear();
                result.mends.clear();
                fail(result, &failure);
            }
            Err(failure) => {
                result.flags.push(format!("the stack was not examined: {}", failure.message));
                let why = "through our own fault";
                result.stack = Some(stack::not_examined(Points::ZERO, Vec::new(), why));
            }
        }
    }

    /// The result of a submission that is not there.
    pub(crate) fn nothing_submitted(
        &self,
        assignment: &str,
        missing: String,
        student: Option<StudentName>,
    ) -> Result<GradingResult, Failure> {
        let digest = self.digest_of(assignment)?.part("missing", missing.as_bytes()).finish();
        let mut result = self.blank(assignment, digest, student);
        result.state = State::NothingSubmitted;
        result.points = Some(Points::ZERO);
        "Nothing was submitted for this assignment.".clone_into(&mut result.summary);
        result.problems = vec![Problem::of(missing)];
        Ok(result)
    }

    /// The result of a submission that cannot be graded through our fault.
    pub(crate) fn error(
        &self,
        assignment: &str,
        failure: &Failure,
        student: Option<StudentName>,
    ) -> GradingResult {
        let mut result = self.blank(assignment, String::new(), student);
        fail(&mut result, failure);
        result
    }

    fn blank(
        &self,
        assignment: &str,
        digest: String,
        student: Option<StudentName>,
    ) -> GradingResult {
        let rubric = &self.course.rubrics[assignment];
        GradingResult {
            schema: SCHEMA,
            grader: env!("CARGO_PKG_VERSION").to_owned(),
            digest,
            isolation: Isolation::Limits,
            student,
            assignment: assignment.to_owned(),
            title: rubric.title.clone(),
            shares_memory: rubric.contract.shares_memory(),
            processes: rubric.processes.clone(),
            entries: rubric.entries,
            seed: self.seed,
            state: State::Error,
            points: None,
            points_max: rubric.points_max(),
            summary: String::new(),
            problems: Vec::new(),
            criteria: Vec::new(),
            stack: None,
            mends: Vec::new(),
            flags: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Runs a counterexample again, with this code; that of a stack with the layers up to `layer`.
    pub(crate) fn replay(
        &self,
        prepared: &Prepared,
        scene: String,
        layer: Option<&str>,
    ) -> Result<Replayed, Failure> {
        let assignment = &prepared.location.assignment;
        let rubric = self.course.rubric(assignment)?;
        let limits = run::limits(self.cpu_seconds);
        let examination = &prepared.examination;
        if let Some(layer) = layer.filter(|layer| layer != assignment || rubric.stack.is_some()) {
            let mut layers = prepared.below.clone();
            layers.push(Layer {
                assignment: assignment.clone(),
                examination: Some(examination.clone()),
            });
            let Some(top) = layers.iter().position(|found| found.assignment == layer) else {
                let text = format!("`{layer}` is no layer of the stack of `{assignment}`");
                return Err(Failure::input(text));
            };
            for examination in layers[..=top].iter().filter_map(|layer| layer.examination.as_ref())
            {
                admit(examination)?;
            }
            let (_workplace, path, sources) = stack::build(self, &layers[..=top])?;
            let mut plan = self.plan(layer, &rubric.processes, sources)?;
            plan.replay = Some(scene);
            return run::replay(&path, &plan, &limits);
        }
        admit(examination)?;
        let program =
            compile::compile(&self.toolchain, rubric, &examination.sources).map_err(refused)?;
        let mut plan = self.plan(assignment, &rubric.processes, texts(&examination.sources))?;
        plan.replay = Some(scene);
        run::replay(&program.path, &plan, &limits)
    }

    fn attempt(&self, rubric: &Rubric, prepared: &Prepared) -> Result<Attempt, Failure> {
        let other = |state, summary: &str, problems| {
            let summary = summary.to_owned();
            Ok(Attempt::Other(judge::Other { state, summary, problems, flags: Vec::new() }))
        };
        let examination = &prepared.examination;
        if let Some(finding) = &examination.unparsable {
            // The compiler explains it better, if it agrees; its program would never be run.
            let sources = &examination.sources;
            let problems = match compile::compile(&self.toolchain, rubric, sources) {
                Err(NotCompiled::Errors(problems)) => problems,
                Ok(_) | Err(NotCompiled::TimedOut | NotCompiled::Ours(_)) => vec![problem(finding)],
            };
            return other(State::DoesNotCompile, "The code cannot be read as Rust.", problems);
        }
        if !examination.violations.is_empty() {
            let problems = examination.violations.iter().map(problem).collect();
            let summary = "The code uses what a solution may not use.";
            return other(State::BreaksPolicy, summary, problems);
        }
        let program = match compile::compile(&self.toolchain, rubric, &examination.sources) {
            Ok(program) => program,
            Err(NotCompiled::Errors(problems)) => {
                return other(State::DoesNotCompile, "The code does not compile.", problems);
            }
            Err(NotCompiled::TimedOut) => {
                let summary = "The compiler did not come to an end with this code.";
                return other(State::TimedOut, summary, Vec::new());
            }
            Err(NotCompiled::Ours(failure)) => return Err(failure),
        };
        let assignment = &prepared.location.assignment;
        self.measure(&program.path, assignment, &rubric.processes, texts(&examination.sources))
    }

    /// Runs a compiled submission to `assignment` through all examinations.
    pub(crate) fn measure(
        &self,
        program: &Path,
        assignment: &str,
        processes: &[usize],
        sources: BTreeMap<String, String>,
    ) -> Result<Attempt, Failure> {
        let criteria = self.course.rubric(assignment)?.contract.criteria();
        let mut plan = self.plan(assignment, processes, sources)?;
        // A fault of ours is tried once more before it is believed.
        for last in [false, true] {
            plan.nonce = run::nonce()?;
            let end = run::run(program, &plan, &run::limits(self.cpu_seconds))?;
            match judge::judge(end, criteria) {
                Judgement::Measured(report) => return Ok(Attempt::Measured(report)),
                Judgement::Other(other) if other.state == State::Error && !last => {}
                Judgement::Other(other) => return Ok(Attempt::Other(other)),
            }
        }
        unreachable!("the last try returns")
    }

    fn plan(
        &self,
        assignment: &str,
        processes: &[usize],
        sources: BTreeMap<String, String>,
    ) -> Result<Plan, Failure> {
        let rubric = self.course.rubric(assignment)?;
        Ok(Plan {
            version: PROTOCOL_VERSION,
            nonce: run::nonce()?,
            assignment: assignment.to_owned(),
            processes: processes.to_vec(),
            entries: rubric.entries,
            seed: self.seed,
            portfolio: rubric.portfolio.clone(),
            sources,
            replay: None,
        })
    }
}

/// Refuses what may not be run.
fn admit(examination: &Examination) -> Result<(), Failure> {
    match examination.violations.iter().chain(&examination.unparsable).next() {
        None => Ok(()),
        Some(finding) => {
            let place = problem(finding).place().unwrap_or_default();
            Err(Failure::input(format!("{place}: {}", finding.text)))
        }
    }
}

/// Code that is to be run again and does not compile.
pub(crate) fn refused(error: NotCompiled) -> Failure {
    match error {
        NotCompiled::Errors(problems) => {
            let texts: Vec<_> = problems.into_iter().map(|found| found.text).collect();
            Failure::input(format!("the code does not compile:\n{}", texts.join("\n")))
        }
        NotCompiled::TimedOut => Failure::input("the compiler does not come to an end"),
        NotCompiled::Ours(failure) => failure,
    }
}

fn fail(result: &mut GradingResult, failure: &Failure) {
    result.state = State::Error;
    result.points = None;
    "This submission could not be graded through our own fault.".clone_into(&mut result.summary);
    result.flags.push(failure.message.clone());
}

/// What the policy check found, for a report.
pub(crate) fn problem(finding: &Finding) -> Problem {
    Problem {
        file: Some(finding.file.clone()),
        line: finding.line,
        column: finding.column,
        rule: (!finding.rule.is_empty()).then(|| finding.rule.to_owned()),
        text: finding.message(),
    }
}

/// In what a reference's measurements differ from its profile.
fn deviation(rubric: &Rubric, report: &Report) -> Option<String> {
    for &criterion in rubric.contract.criteria() {
        let found = report.criteria.iter().find(|found| found.criterion == criterion)?;
        let name = title(criterion);
        match (&found.cpp20, rubric.expected.of(criterion)) {
            (Verdict::Unknown { reason }, _) => {
                return Some(format!("{name} is unknown: {reason}"));
            }
            (Verdict::Upheld { .. }, Theory::Violated) => {
                return Some(format!("{name} is upheld, expected violated"));
            }
            (Verdict::Violated { witness }, Theory::Upheld) => {
                let reason = &witness.reason;
                return Some(format!("{name} is violated, expected upheld: {reason}"));
            }
            (Verdict::Upheld { bypass, .. }, Theory::Upheld) => {
                let expected = rubric.expected_bypass();
                if criterion == harness::runner::Criterion::BoundedWaiting
                    && expected.is_some()
                    && *bypass != expected
                {
                    return Some(format!(
                        "the bypass is {}, expected {}",
                        bypass.map_or_else(|| "not measured".to_owned(), |b| b.to_string()),
                        expected.map_or_else(String::new, |b| b.to_string()),
                    ));
                }
            }
            (Verdict::Violated { .. }, Theory::Violated) => {}
        }
    }
    rubric.failure.iter().filter(|failure| failure.required).find_map(|failure| {
        let found = report.criteria.iter().find(|found| found.criterion == failure.criterion)?;
        let name = title(failure.criterion);
        [&found.cpp20, &found.sequential].into_iter().find_map(|verdict| {
            match witness_kind(verdict) {
                Some(kind) if failure.witness.contains(&kind) => None,
                Some(kind) => Some(format!(
                    "{name} fails in another way than `failure.witness` says: {}",
                    describe(kind)
                )),
                None => Some(format!("{name} does not fail under sequential consistency")),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use harness::runner::{Conclusion, PROTOCOL_VERSION, Report, Verdict, WitnessKind};

    use super::deviation;
    use crate::rubric::tests::{PETERSON, TAKING_TURNS, rubric};
    use crate::score::tests::{reports, unknown, upheld, violated};

    fn report(verdicts: [Verdict; 3]) -> Report {
        Report {
            version: PROTOCOL_VERSION,
            nonce: String::new(),
            assignment: String::new(),
            conclusion: Conclusion::Examined,
            criteria: reports(verdicts.map(|verdict| (verdict.clone(), verdict))),
            profile: None,
            mends: Vec::new(),
        }
    }

    #[test]
    fn a_reference_measures_exactly_its_profile() {
        let up = upheld;
        let turns = || violated(WitnessKind::NeedsRemainder);
        for (text, verdicts, expected) in [
            (PETERSON, [up(), up(), up()], None),
            (TAKING_TURNS, [up(), turns(), up()], None),
            (PETERSON, [up(), up(), unknown()], Some("bounded waiting is unknown")),
            (PETERSON, [up(), turns(), up()], Some("progress is violated, expected upheld")),
            (TAKING_TURNS, [up(), up(), up()], Some("progress is upheld, expected violated")),
            (TAKING_TURNS, [up(), violated(WitnessKind::Stuck), up()], Some("in another way")),
        ] {
            let found = deviation(&rubric(text), &report(verdicts));
            match expected {
                None => assert_eq!(found, None),
                Some(words) => assert!(found.as_ref().unwrap().contains(words), "{found:?}"),
            }
        }
        let other_bypass = rubric(&PETERSON.replace("bypass = 1", "bypass = 2"));
        let found = deviation(&other_bypass, &report([up(), up(), up()]));
        assert_eq!(found.as_deref(), Some("the bypass is 1, expected 2"));
    }
}
