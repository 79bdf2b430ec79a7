//! The canonical result of one submission to one assignment, from which every report is made. Its
//! JSON form is versioned and published: `grader/schema/result-v1.schema.json`. It names no time, no
//! machine and no absolute path, so that equal inputs give equal bytes.

use harness::runner::{Criterion, Mend, Verdict};
use serde::{Deserialize, Serialize};

use crate::points::Points;

/// The version of [`GradingResult`]'s JSON form.
pub(crate) const SCHEMA: u32 = 1;

/// The result of one submission to one assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GradingResult {
    /// [`SCHEMA`].
    pub(crate) schema: u32,
    /// The grader's version.
    pub(crate) grader: String,
    /// Identifies everything that the result depends on: sources, rubric, harness, seed, grader.
    pub(crate) digest: String,
    /// What kept the submission's code apart from everything else while it ran.
    pub(crate) isolation: Isolation,
    /// Whose it is; absent when a single submission is graded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) student: Option<StudentName>,
    /// The assignment's name.
    pub(crate) assignment: String,
    /// The assignment's title.
    pub(crate) title: String,
    /// Whether processes have memory in common. If not, there are no memory models either: what was found under one is
    /// what was found under the other, and reports say it once.
    #[serde(default = "shared", skip_serializing_if = "Clone::clone")]
    pub(crate) shares_memory: bool,
    /// The numbers of processes that were to be examined.
    pub(crate) processes: Vec<usize>,
    /// Entries per process.
    pub(crate) entries: u32,
    /// Where all pseudo-random numbers came from.
    pub(crate) seed: u64,
    /// How grading ended.
    pub(crate) state: State,
    /// The mark; absent only after an error of ours.
    pub(crate) points: Option<Points>,
    /// The points that can be had.
    pub(crate) points_max: Points,
    /// One sentence for the student.
    pub(crate) summary: String,
    /// What is wrong with the submission before or beside its verdicts.
    pub(crate) problems: Vec<Problem>,
    /// The verdicts and what each earned, if it was graded.
    pub(crate) criteria: Vec<CriterionResult>,
    /// The student's own layers together, if the rubric asks for them and this one was graded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stack: Option<StackResult>,
    /// Stronger orderings that would mend it.
    pub(crate) mends: Vec<Mend>,
    /// For the instructor: what should be looked at by hand, and why.
    pub(crate) flags: Vec<String>,
    /// The files that were graded.
    pub(crate) files: Vec<FileDigest>,
}

/// A student, as named by the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StudentName {
    /// For people.
    pub(crate) name: String,
    /// In file names.
    pub(crate) key: String,
}

/// How a submission's code was kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Isolation {
    /// A process of its own with limits on time, memory and output, behind the policy check.
    Limits,
}

/// How grading ended. Only [`State::Error`] gives no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Every criterion has its verdicts.
    Graded,
    /// The code still says `todo!()`.
    NotImplemented,
    /// There was no file for this assignment.
    NothingSubmitted,
    /// The compiler refuses it.
    DoesNotCompile,
    /// It uses what a solution may not use.
    BreaksPolicy,
    /// It panicked, or its process died.
    Crashed,
    /// It ran on without end.
    TimedOut,
    /// Our fault: no mark.
    Error,
}

impl State {
    /// The state in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Graded => "graded",
            Self::NotImplemented => "not implemented",
            Self::NothingSubmitted => "nothing submitted",
            Self::DoesNotCompile => "does not compile",
            Self::BreaksPolicy => "breaks the policy",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed out",
            Self::Error => "not graded: our own error",
        }
    }
}

/// Something that is wrong with a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Problem {
    /// The file, if it is about one.
    pub(crate) file: Option<String>,
    /// The line.
    pub(crate) line: Option<u32>,
    /// The column.
    pub(crate) column: Option<u32>,
    /// The rule of the policy that is broken.
    pub(crate) rule: Option<String>,
    /// What is wrong; may have several lines.
    pub(crate) text: String,
}

impl Problem {
    /// A problem of no particular place.
    pub(crate) fn of(text: impl Into<String>) -> Self {
        Self { file: None, line: None, column: None, rule: None, text: text.into() }
    }

    /// `file:line:column`, as far as it is known.
    pub(crate) fn place(&self) -> Option<String> {
        let mut place = self.file.clone()?;
        for number in [self.line, self.column].into_iter().map_while(|number| number) {
            place.push(':');
            place.push_str(&number.to_string());
        }
        Some(place)
    }
}

/// One criterion: measured, and what it earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionResult {
    /// Which.
    pub(crate) criterion: Criterion,
    /// What it earned.
    pub(crate) points: Points,
    /// What it can earn.
    pub(crate) points_max: Points,
    /// Why it earned that.
    pub(crate) outcome: Outcome,
    /// Why, in a sentence.
    pub(crate) explanation: String,
    /// Measured under Rust's memory model.
    pub(crate) cpp20: Verdict,
    /// Measured under sequential consistency.
    pub(crate) sequential: Verdict,
}

/// Why a criterion earned what it earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// All points: it holds.
    Upheld,
    /// All points: it fails, as the task says that it must or may.
    FailsAsItShould,
    /// Some points: it holds under sequential consistency only.
    OrderingsTooWeak,
    /// No points: it does not hold.
    Violated,
    /// No points: it was to fail, and does not, or not as the theory says.
    DoesNotFailAsItShould,
    /// No points: it was neither shown nor refuted.
    NotShown,
    /// In a stack: it does not hold because a layer below need not give it.
    Inherited,
}

/// What the student's own layers are together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StackResult {
    /// How its examination ended.
    pub(crate) conclusion: StackConclusion,
    /// What it earned.
    pub(crate) points: Points,
    /// What it can earn.
    pub(crate) points_max: Points,
    /// One sentence or a few for the student.
    pub(crate) summary: String,
    /// Where the fault lies, if there is one.
    pub(crate) fault: Option<Fault>,
    /// Those that were examined, the bottom one first; the last one may be the one with the fault.
    pub(crate) layers: Vec<LayerResult>,
}

/// How the examination of a stack ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StackConclusion {
    /// Every layer does what it must on those below.
    Sound,
    /// One does not.
    Fault,
    /// Nothing is wrong with it, but something was neither shown nor refuted.
    NotShown,
    /// It was not examined to its end: a layer is missing, or an error of ours.
    NotExamined,
}

/// Where the fault of a stack lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The layer, by the assignment's name.
    pub(crate) layer: String,
    /// What does not hold; absent if the layer came to no verdicts.
    pub(crate) criterion: Option<Criterion>,
    /// Whether the same layer holds it over the harness's own guard; absent for the bottom layer, and
    /// where it was not tried.
    pub(crate) holds_over_guard: Option<bool>,
}

/// One layer on those below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerResult {
    /// The assignment's name.
    pub(crate) assignment: String,
    /// The type, such as `Mutex<TestAndSet>`.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// How its examination ended.
    pub(crate) state: State,
    /// Why there are no verdicts.
    pub(crate) problems: Vec<Problem>,
    /// The verdicts. Points are given for the stack as a whole.
    pub(crate) criteria: Vec<CriterionResult>,
}

/// A file that was graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDigest {
    /// Below the submission.
    pub(crate) path: String,
    /// SHA-256 of its content, framed as `digest.rs` does.
    pub(crate) digest: String,
}

/// What a result that does not say it means: memory is shared.
const fn shared() -> bool {
    true
}

impl GradingResult {
    /// Whether there is nothing left to earn.
    pub(crate) fn full_marks(&self) -> bool {
        self.points == Some(self.points_max)
    }

    /// The canonical JSON form, ending in a newline.
    pub(crate) fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a result has a JSON form");
        json.push('\n');
        json
    }

    /// The result of one criterion.
    pub(crate) fn criterion(&self, criterion: Criterion) -> Option<&CriterionResult> {
        self.criteria.iter().find(|result| result.criterion == criterion)
    }
}
