//! The command line: what can be asked, and who answers.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;

use clap::{Args, Parser, Subcommand, ValueEnum};
use harness::runner::{Criterion, Replayed};
use serde::Serialize;

use crate::SEED;
use crate::batch::{self, Request};
use crate::course::Course;
use crate::exit_code::{self, ExitCode};
use crate::failure::Failure;
use crate::location::Location;
use crate::methods;
use crate::pipeline::Pipeline;
use crate::report::{count, harmless, harmless_line, markdown, overview, text};
use crate::result::{GradingResult, State};
use crate::sandbox;
use crate::submission::discover;
use crate::table;
use crate::toolchain::{Toolchain, cache_folder};

/// Carries out what the command line asks for, and translates the outcome to an exit code.
pub fn main() -> process::ExitCode {
    match run() {
        Ok(code) => code.into(),
        Err(failure) => {
            // Nothing is left to do if even standard error is gone.
            let _ = write!(io::stderr().lock(), "{failure}");
            failure.code.into()
        }
    }
}

/// Grades submissions to IPC and synchronization assignments.
#[derive(Debug, Parser)]
#[command(name = "grader", version, after_help = exit_code::HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Grade one student's submission
    ///
    /// PATH is a file named after its assignment (peterson.rs), a folder of such files, a crate in
    /// the handed-out shape (peterson/ with src/lib.rs), or a folder of such crates.
    #[command(after_help = "\
Examples:
  grader grade peterson.rs                  one file, the assignment known by its name
  grader grade ~/hand-in                    everything that is found in a folder
  grader grade my-try.rs --assignment peterson
  grader grade . --format markdown          a report to post on a submission
  grader grade . --check                    exit code 1 unless everything has full marks")]
    Grade {
        /// What was submitted
        path: PathBuf,
        /// The assignment, if the name of the file or folder does not say it
        #[arg(long, value_name = "NAME")]
        assignment: Option<String>,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Exit with code 1 if anything has less than full marks
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        grading: Grading,
    },
    /// Grade a whole class
    ///
    /// DIR has a folder per student, each as `grader grade` takes it. Results and reports go to OUT:
    /// results/STUDENT/ASSIGNMENT.json, reports/STUDENT.md, overview.md and overview.csv. A batch
    /// that was stopped goes on where it was when the same command is given again; what has changed
    /// since is graded anew.
    #[command(after_help = "\
Examples:
  grader batch submissions/ --out graded/
  grader batch submissions/ --out graded/ --assignment peterson --assignment bakery
  grader batch submissions/ --out graded/ --jobs 4 --format json > all-results.json")]
    Batch {
        /// The folder with a folder per student
        dir: PathBuf,
        /// Where results and reports go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// An assignment that everybody was to submit; may be repeated. Without it: all to which
        /// somebody has submitted something
        #[arg(long = "assignment", value_name = "NAME")]
        assignments: Vec<String>,
        /// How many submissions to grade at the same time [default: one per core]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        jobs: Option<u16>,
        /// What to print at the end: a summary, or all results
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        #[command(flatten)]
        grading: Grading,
    },
    /// Make the reports and overviews of a batch anew from its results
    Report {
        /// What `grader batch` had as --out
        dir: PathBuf,
    },
    /// Show a counterexample step by step
    ///
    /// Either the one that a result holds, or, with --scene, any that a report or a test printed. With
    /// --source it is run again with that code; without, it is printed from the result.
    #[command(after_help = "\
Examples:
  grader replay graded/results/anna/peterson.json
  grader replay graded/results/anna/peterson.json --criterion progress
  grader replay graded/results/anna/peterson.json --sequential
  grader replay graded/results/anna/peterson.json --source submissions/anna
  grader replay graded/results/anna/semaphore.json --layer mutex
  grader replay --scene cpp20/stay/1,1/s1:2:0x4.1x4r --source peterson.rs")]
    Replay {
        /// A result: what `grader batch` wrote for a student and an assignment
        #[arg(required_unless_present = "scene", conflicts_with = "scene")]
        result: Option<PathBuf>,
        /// Which criterion's counterexample, if several are violated [default: the first]
        #[arg(long, value_enum)]
        criterion: Option<CriterionName>,
        /// The counterexample under sequential consistency instead of Rust's memory model
        #[arg(long)]
        sequential: bool,
        /// The counterexample itself, as reports and tests print it
        #[arg(long, value_name = "TEXT", requires = "source")]
        scene: Option<String>,
        /// The counterexample of the student's own layers together, up to the layer of this assignment
        #[arg(long, value_name = "NAME")]
        layer: Option<String>,
        /// Run it again with this code: a file, folder or crate, as `grader grade` takes it
        #[arg(long, value_name = "PATH")]
        source: Option<PathBuf>,
        /// The assignment, if the name of the source does not say it
        #[arg(long, value_name = "NAME")]
        assignment: Option<String>,
        #[command(flatten)]
        grading: Grading,
    },
    /// Print the course's tables: algorithms, measured from the references; methods of message passing, by experiments
    #[command(after_help = "\
Examples:
  grader table                              both
  grader table methods                      message passing on Linux: at once, as nothing is graded
  grader table methods --explain            with the calls that show it")]
    Table {
        /// Which of them [default: both]
        #[arg(value_enum)]
        which: Option<TableName>,
        /// Show the calls by which the properties of methods were found
        #[arg(long)]
        explain: bool,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        #[command(flatten)]
        grading: Grading,
    },
}

/// Where things are and what randomness to use.
#[derive(Debug, Args)]
struct Grading {
    /// Where all pseudo-random numbers come from: the same seed gives the same reports, byte for byte
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// The folder with harness/, assignments/ and reference/ [default: the one this was built in]
    #[arg(long, value_name = "DIR", env = "GRADER_COURSE")]
    course: Option<PathBuf>,
    /// The folder of the assignments, if it is not the course's own
    #[arg(long = "assignments", value_name = "DIR", env = "GRADER_ASSIGNMENTS")]
    assignments_dir: Option<PathBuf>,
    /// Processor time after which a run is given up, in seconds; for code that never ends
    #[arg(long, value_name = "N", default_value_t = 180,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    cpu_seconds: u64,
    /// Where the built harness is kept [default: target/grader in the course]
    #[arg(long, value_name = "DIR", env = "GRADER_CACHE")]
    cache: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text, coloured on a terminal
    Human,
    /// JSON: the canonical results as one array, or the tables by name
    Json,
    /// Markdown
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableName {
    /// The algorithms by their criteria, measured from the references
    Algorithms,
    /// The Linux methods of message passing by their properties
    Methods,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CriterionName {
    MutualExclusion,
    Progress,
    BoundedWaiting,
    BusyWaiting,
    Ownership,
    Preference,
    Prediction,
}

impl From<CriterionName> for Criterion {
    fn from(name: CriterionName) -> Self {
        match name {
            CriterionName::MutualExclusion => Self::MutualExclusion,
            CriterionName::Progress => Self::Progress,
            CriterionName::BoundedWaiting => Self::BoundedWaiting,
            CriterionName::BusyWaiting => Self::BusyWaiting,
            CriterionName::Ownership => Self::Ownership,
            CriterionName::Preference => Self::Preference,
            CriterionName::Prediction => Self::Prediction,
        }
    }
}

impl Grading {
    fn pipeline(&self) -> Result<Pipeline, Failure> {
        let course = Course::open(self.course.as_deref(), self.assignments_dir.as_deref())?;
        let root = course.harness.parent().expect("the harness is inside the course");
        let cache = cache_folder(self.cache.as_deref(), root);
        let toolchain = Toolchain::prepare(&course.harness, &cache)?;
        Ok(Pipeline::new(course, toolchain, self.seed, self.cpu_seconds))
    }
}

/// Does what the command line asks for.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let arguments: Vec<_> = env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == sandbox::LAUNCH) {
        let code = sandbox::launch(&arguments[2..]);
        #[expect(clippy::exit, reason = "the launcher is not the grader: its codes are its own")]
        process::exit(code);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Done };
            // Help that nobody reads is no failure.
            let _ = error.print();
            return Ok(code);
        }
    };
    // Without it, Ctrl-C still ends the grader, and the launchers' children with it.
    let _ = ctrlc::set_handler(sandbox::interrupt);
    let mut out = anstream::AutoStream::auto(io::stdout());
    match cli.command {
        Command::Grade { path, assignment, format, check, grading } => {
            let results = grade(&path, assignment.as_deref(), &grading)?;
            print_results(&mut out, &results, format)?;
            Ok(if results.iter().any(|result| result.state == State::Error) {
                ExitCode::Ungraded
            } else if check && !results.iter().all(GradingResult::full_marks) {
                ExitCode::LessThanFull
            } else {
                ExitCode::Done
            })
        }
        Command::Batch { dir, out: folder, assignments, jobs, format, grading } => {
            let jobs = jobs.map_or_else(
                || thread::available_parallelism().map_or(1, usize::from),
                usize::from,
            );
            let pipeline = grading.pipeline()?;
            let request = Request { class: &dir, out: &folder, assignments: &assignments, jobs };
            let summary = batch::batch(&pipeline, &request)?;
            if format == Format::Human {
                written(summarise(&mut out, &summary, &folder))?;
            } else {
                print_results(&mut out, &summary.results, format)?;
            }
            Ok(summary.code)
        }
        Command::Report { dir } => {
            let (results, missing) = batch::remake_reports(&dir)?;
            let overview = dir.join("overview.md");
            let found = count(results.len() as u64, "result");
            written(writeln!(out, "{found}; see {}", overview.display()))?;
            if !missing.is_empty() {
                let note = overview::incomplete(results.len(), &missing);
                // What it says stands in the overview, too.
                let _ = writeln!(io::stderr(), "note: {note}\nhelp: {}", overview::GO_ON);
            }
            Ok(ExitCode::Done)
        }
        Command::Replay {
            result,
            criterion,
            sequential,
            scene,
            layer,
            source,
            assignment,
            grading,
        } => {
            let layer = layer.as_deref();
            let result = result.map(|path| crate::replay::read_result(&path)).transpose()?;
            let criterion = criterion.map(Criterion::from);
            let text = match (source, result) {
                (None, Some(result)) => {
                    crate::replay::replay(&result, layer, criterion, sequential)?
                }
                (Some(source), result) => {
                    let scene = match (scene, &result) {
                        (Some(scene), _) => scene,
                        (None, Some(result)) => {
                            let found =
                                crate::replay::witness(result, layer, criterion, sequential)?;
                            found.1.replay.clone()
                        }
                        (None, None) => unreachable!("clap asks for a result or a scene"),
                    };
                    let assignment = assignment.or_else(|| result.map(|result| result.assignment));
                    again(&source, assignment.as_deref(), scene, layer, &grading)?
                }
                (None, None) => unreachable!("clap asks for a source with a scene"),
            };
            written(write!(out, "{text}"))?;
            Ok(ExitCode::Done)
        }
        Command::Table { which, explain, format, grading } => {
            let mut tables = Tables::default();
            if which != Some(TableName::Methods) {
                tables.algorithms = Some(algorithms(&grading)?);
            }
            if which != Some(TableName::Algorithms) {
                tables.methods = Some(methods::entries());
            }
            written(tables.print(&mut out, format, explain))?;
            Ok(ExitCode::Done)
        }
    }
}

/// The tables that were asked for.
#[derive(Default, Serialize)]
struct Tables {
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithms: Option<Vec<table::Row>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<methods::Entry>>,
}

impl Tables {
    fn print(&self, out: &mut impl Write, format: Format, explain: bool) -> io::Result<()> {
        let Self { algorithms, methods } = self;
        let texts = match format {
            Format::Human => [
                algorithms.as_ref().map(|rows| table::text(rows)),
                methods.as_ref().map(|entries| methods::text(entries, explain)),
            ],
            Format::Markdown => [
                algorithms.as_ref().map(|rows| table::markdown(rows)),
                methods.as_ref().map(|entries| methods::markdown(entries, explain)),
            ],
            Format::Json => {
                let json = serde_json::to_string_pretty(self).expect("tables have a JSON form");
                return writeln!(out, "{json}");
            }
        };
        for (place, text) in texts.iter().flatten().enumerate() {
            write!(out, "{}{text}", if place > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Grades all references.
fn algorithms(grading: &Grading) -> Result<Vec<table::Row>, Failure> {
    let pipeline = grading.pipeline()?;
    let mut rows = Vec::new();
    for name in pipeline.course.names() {
        let report = pipeline.verify_reference(name)?;
        let rubric = pipeline.course.rubric(name)?;
        let source = format!("reference/src/{}.rs", rubric.reference);
        rows.push(table::Row::new(name, rubric, &report, &source));
    }
    Ok(rows)
}

/// Runs a counterexample again with the code at `path`.
fn again(
    path: &Path,
    assignment: Option<&str>,
    scene: String,
    layer: Option<&str>,
    grading: &Grading,
) -> Result<String, Failure> {
    let course = Course::open(grading.course.as_deref(), grading.assignments_dir.as_deref())?;
    let mut found = discover(path, &course.names(), assignment)?.found;
    let others = beside(path, &course, &found);
    if let Some(assignment) = assignment {
        found.retain(|location| location.assignment == assignment);
    }
    let location = match found.len() {
        1 => found.remove(0),
        0 => {
            let text = format!("{}: there is no submission that could be run", path.display());
            return Err(Failure::input(text).help("name the assignment with --assignment"));
        }
        _ => {
            let text = format!("{}: there is more than one submission", path.display());
            return Err(Failure::input(text).help("name the assignment with --assignment"));
        }
    };
    let pipeline = grading.pipeline()?;
    let prepared = pipeline.prepare(location, &others)?;
    match pipeline.replay(&prepared, scene, layer)? {
        Replayed::Shown { ending, drawing, .. } => {
            Ok(format!("{}\n{}\n", harmless(&drawing), harmless(&ending)))
        }
        Replayed::Gone { reason } => Ok(format!(
            "The counterexample does not occur with this code: {}.\n",
            harmless(&reason)
        )),
        Replayed::Impossible { reason } => Err(Failure::input(format!(
            "the counterexample cannot be shown: {}",
            harmless(&reason)
        ))),
    }
}

fn grade(
    path: &Path,
    assignment: Option<&str>,
    grading: &Grading,
) -> Result<Vec<GradingResult>, Failure> {
    let course = Course::open(grading.course.as_deref(), grading.assignments_dir.as_deref())?;
    if let Some(assignment) = assignment {
        course.rubric(assignment)?;
    }
    let names = course.names();
    // What is not there is said before anything is built.
    let discovery = discover(path, &names, assignment)?;
    let pipeline = grading.pipeline()?;
    let mut results = Vec::new();
    if discovery.found.is_empty() {
        match assignment {
            Some(name) => {
                results.push(pipeline.nothing_submitted(name, discovery.missing(name), None)?);
            }
            None => {
                for name in near_or_all(&discovery.near_misses, &names) {
                    results.push(pipeline.nothing_submitted(
                        name,
                        discovery.missing(name),
                        None,
                    )?);
                }
            }
        }
    }
    let others = beside(path, &course, &discovery.found);
    for location in discovery.found {
        let name = location.assignment.clone();
        let prepared = pipeline.prepare(location, &others)?;
        pipeline.verify_reference(&name)?;
        results.push(pipeline.grade(&prepared, None));
        if sandbox::interrupted() {
            return Err(Failure {
                code: ExitCode::Interrupted,
                message: "interrupted".to_owned(),
                help: None,
            });
        }
    }
    Ok(results)
}

/// All submissions at `path`, also where only one of them was asked for: it may be put on the others.
fn beside(path: &Path, course: &Course, found: &[Location]) -> Vec<Location> {
    let mut all = found.to_vec();
    // Whatever is wrong with the others is none of the one that was asked for.
    let others = discover(path, &course.names(), None).map_or_else(|_| Vec::new(), |all| all.found);
    all.extend(others);
    all
}

/// The assignments to name when nothing was found: those with a near miss, or all.
fn near_or_all<'a>(near_misses: &'a [(String, String)], names: &[&'a str]) -> Vec<&'a str> {
    if near_misses.is_empty() {
        return names.to_vec();
    }
    let mut near: Vec<&str> = near_misses.iter().map(|(name, _)| name.as_str()).collect();
    near.dedup();
    near
}

fn print_results(
    out: &mut dyn Write,
    results: &[GradingResult],
    format: Format,
) -> Result<(), Failure> {
    written(match format {
        Format::Human => results.iter().enumerate().try_for_each(|(number, result)| {
            if number > 0 {
                writeln!(out)?;
            }
            text::write(out, result)
        }),
        Format::Json => {
            let json = serde_json::to_string_pretty(results).expect("results have a JSON form");
            writeln!(out, "{json}")
        }
        Format::Markdown => {
            write!(out, "{}", markdown::report(None, &results.iter().collect::<Vec<_>>()))
        }
    })
}

fn summarise(out: &mut dyn Write, summary: &batch::Summary, folder: &Path) -> io::Result<()> {
    let of = |state| summary.results.iter().filter(|result| result.state == state).count();
    let results = count(summary.results.len() as u64, "result");
    writeln!(out, "{results}, {} of them kept:", summary.kept)?;
    for state in [
        State::Graded,
        State::NotImplemented,
        State::NothingSubmitted,
        State::DoesNotCompile,
        State::BreaksPolicy,
        State::Crashed,
        State::TimedOut,
        State::Error,
    ] {
        if of(state) > 0 {
            writeln!(out, "  {:>4}  {}", of(state), state.words())?;
        }
    }
    for note in &summary.notes {
        writeln!(out, "note: {note}")?;
    }
    for result in summary.results.iter().filter(|result| result.state == State::Error) {
        let student = result.student.as_ref().map_or("", |student| student.name.as_str());
        writeln!(
            out,
            "not graded: {} {}: {}",
            harmless_line(student),
            result.assignment,
            harmless_line(&result.flags.join("; "))
        )?;
    }
    writeln!(out, "see {}", folder.join("overview.md").display())
}

/// A reader who has seen enough (`| head`) is no failure of ours.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::output(Path::new("standard output"), &error))
        }
        _ => Ok(()),
    }
}
