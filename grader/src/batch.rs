//! A whole class: in parallel, one result file for each student and assignment, each written at
//! once and whole. The result files are the journal: a stopped batch that is started again keeps
//! every result whose inputs are still the same and grades the rest. What there is to grade is
//! written first, so that reports can say what is still missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::location::Location;
use crate::pipeline::Pipeline;
use crate::progress::Progress;
use crate::replay::read_result;
use crate::report::{harmless_line, markdown, overview};
use crate::result::{GradingResult, SCHEMA, State, StudentName};
use crate::sandbox;
use crate::submission::{self, Discovery, Student, discover};

/// The file in which a batch says what it is to grade.
const AGENDA: &str = "agenda.json";

/// What a batch is to do.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The class: a folder per student.
    pub(crate) class: &'a Path,
    /// Where results and reports go.
    pub(crate) out: &'a Path,
    /// The assignments; if none are named, those to which somebody has submitted something.
    pub(crate) assignments: &'a [String],
    /// How many submissions to grade at the same time.
    pub(crate) jobs: usize,
}

/// What a batch has done.
#[derive(Debug)]
pub(crate) struct Summary {
    /// All results, by student and assignment.
    pub(crate) results: Vec<GradingResult>,
    /// How many of them were kept from an earlier batch.
    pub(crate) kept: usize,
    /// What is wrong around the submissions: files passed over, references that failed.
    pub(crate) notes: Vec<String>,
    /// What the process answers.
    pub(crate) code: ExitCode,
}

/// One student and assignment.
struct Job {
    student: StudentName,
    assignment: String,
    found: Found,
    result_file: PathBuf,
}

/// What there is for a job.
enum Found {
    /// A submission, and all of the student's.
    At(Location, Vec<Location>),
    /// None; what to say about it.
    Nowhere(String),
    /// The student's folder cannot be read.
    Unreadable(Failure),
}

/// Grades a class.
pub(crate) fn batch(pipeline: &Pipeline, request: &Request<'_>) -> Result<Summary, Failure> {
    refuse_out_inside(request.class, request.out)?;
    let (students, passed_over) = submission::students(request.class)?;
    let mut notes: Vec<String> = passed_over.iter().map(|note| harmless_line(note)).collect();
    let jobs = plan(pipeline, request, &students)?;
    if jobs.is_empty() {
        let looked_for = pipeline.course.names().join(".rs, ");
        return Err(Failure::input(format!(
            "no student in {} has submitted anything",
            request.class.display()
        ))
        .help(format!("looked for {looked_for}.rs in each student's folder")));
    }
    for folder in jobs.iter().filter_map(|job| job.result_file.parent()).collect::<BTreeSet<_>>() {
        fs::create_dir_all(folder).map_err(|error| Failure::output(folder, &error))?;
    }
    write_agenda(request.out, &jobs)?;
    let mut progress = Progress::new(jobs.len());
    let done = work(pipeline, &jobs, request.jobs, &mut progress);
    progress.finish();
    let done = done?;
    if sandbox::interrupted() {
        return Err(Failure {
            code: ExitCode::Interrupted,
            message: format!("interrupted: {} of {} are finished", done.len(), jobs.len()),
            help: Some("the same command goes on from there".to_owned()),
        });
    }
    let kept = done.iter().filter(|done| done.kept).count();
    let mut broken = BTreeSet::new();
    for done in &done {
        if let Some(failure) = &done.reference_failure {
            broken.insert(failure.message.clone());
        }
    }
    let reference_failed = !broken.is_empty();
    notes.extend(broken);
    let results: Vec<GradingResult> = done.into_iter().map(|done| done.result).collect();
    write_reports(request.out, &results, &[])?;
    let code = if reference_failed {
        ExitCode::Environment
    } else if results.iter().any(|result| result.state == State::Error) {
        ExitCode::Ungraded
    } else {
        ExitCode::Done
    };
    Ok(Summary { results, kept, notes, code })
}

fn plan(
    pipeline: &Pipeline,
    request: &Request<'_>,
    students: &[Student],
) -> Result<Vec<Job>, Failure> {
    let names = pipeline.course.names();
    for assignment in request.assignments {
        pipeline.course.rubric(assignment)?;
    }
    let mut discoveries = Vec::new();
    for student in students {
        // A folder that cannot be read is that student's trouble and stops nobody else.
        discoveries.push(discover(&student.folder, &names, None));
    }
    let submitted: BTreeSet<&str> = discoveries
        .iter()
        .flatten()
        .flat_map(|discovery| discovery.found.iter().map(|found| found.assignment.as_str()))
        .collect();
    let wanted: BTreeSet<&str> = if request.assignments.is_empty() {
        submitted
    } else {
        request.assignments.iter().map(String::as_str).collect()
    };
    let mut jobs = Vec::new();
    for (student, discovery) in students.iter().zip(&discoveries) {
        for &assignment in &wanted {
            jobs.push(Job {
                student: StudentName { name: student.name.clone(), key: student.key.clone() },
                assignment: assignment.to_owned(),
                found: locate(discovery.as_ref(), assignment),
                result_file: request
                    .out
                    .join("results")
                    .join(&student.key)
                    .join(format!("{assignment}.json")),
            });
        }
    }
    Ok(jobs)
}

fn locate(discovery: Result<&Discovery, &Failure>, assignment: &str) -> Found {
    match discovery {
        Ok(discovery) => {
            discovery.found.iter().find(|found| found.assignment == assignment).map_or_else(
                || Found::Nowhere(discovery.missing(assignment)),
                |location| Found::At(location.clone(), discovery.found.clone()),
            )
        }
        Err(failure) => Found::Unreadable(failure.clone()),
    }
}

/// A finished job.
struct Done {
    result: GradingResult,
    kept: bool,
    reference_failure: Option<Failure>,
}

/// Does the jobs in parallel; the results come back in the order of the jobs. Stops early when a
/// result cannot be written, or when interrupted.
fn work(
    pipeline: &Pipeline,
    jobs: &[Job],
    workers: usize,
    progress: &mut Progress,
) -> Result<Vec<Done>, Failure> {
    let next = AtomicUsize::new(0);
    let (finished, results) = mpsc::channel();
    let mut done = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..workers.clamp(1, jobs.len().max(1)) {
            let finished = finished.clone();
            let next = &next;
            scope.spawn(move || {
                while !sandbox::interrupted() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(number) else { break };
                    if finished.send((number, finish(pipeline, job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(finished);
        for (number, result) in results {
            match result {
                Ok(Some(result)) => {
                    progress.advance(&line(&result));
                    done.insert(number, result);
                }
                // Interrupted in the middle of this one: as if it had never begun.
                Ok(None) => {}
                // Dropping the receiver stops the workers.
                Err(failure) => return Err(failure),
            }
        }
        Ok(done.into_values().collect())
    })
}

fn line(done: &Done) -> String {
    let result = &done.result;
    let name = result.student.as_ref().map_or("", |student| student.name.as_str());
    let kept = if done.kept { " (kept)" } else { "" };
    format!(
        "{} {}: {}, {} of {}{kept}",
        harmless_line(name),
        result.assignment,
        result.state.words(),
        markdown::points(result),
        result.points_max
    )
}

/// Grades one job and writes its result, unless an earlier result has the same inputs. `None` if the
/// grading was interrupted.
fn finish(pipeline: &Pipeline, job: &Job) -> Result<Option<Done>, Failure> {
    let student = || Some(job.student.clone());
    let earlier = read_result(&job.result_file).ok().filter(|result| result.state != State::Error);
    let keep = |digest: &str| {
        earlier
            .clone()
            .filter(|result| {
                result.digest == digest && result.student.as_ref() == Some(&job.student)
            })
            .map(|result| Done { result, kept: true, reference_failure: None })
    };
    let mut reference_failure = None;
    let result = match &job.found {
        Found::Unreadable(failure) => pipeline.error(&job.assignment, failure, student()),
        Found::Nowhere(missing) => {
            let result = pipeline.nothing_submitted(&job.assignment, missing.clone(), student())?;
            if let Some(done) = keep(&result.digest) {
                return Ok(Some(done));
            }
            result
        }
        Found::At(location, all) => match pipeline.prepare(location.clone(), all) {
            Err(failure) => pipeline.error(&job.assignment, &failure, student()),
            Ok(prepared) => {
                if let Some(done) = keep(&prepared.digest) {
                    return Ok(Some(done));
                }
                match pipeline.verify_reference(&job.assignment) {
                    Ok(_) => pipeline.grade(&prepared, student()),
                    Err(failure) => {
                        let result = pipeline.error(&job.assignment, &failure, student());
                        reference_failure = Some(failure);
                        result
                    }
                }
            }
        },
    };
    if sandbox::interrupted() {
        return Ok(None);
    }
    write_whole(&job.result_file, result.to_json().as_bytes())?;
    Ok(Some(Done { result, kept: false, reference_failure }))
}

/// Writes a file so that it is there as a whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().expect("a result is in a folder");
    let write = || -> io::Result<()> {
        // As for any other file, the umask says who may read it.
        let permissions = fs::Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new()
            .prefix(".writing-")
            .permissions(permissions)
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| Failure::output(path, &error))
}

/// What a batch is to grade, in the order of the overview: `agenda.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Agenda {
    schema: u32,
    submissions: Vec<Item>,
}

/// One submission that a batch is to grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Whose.
    pub(crate) student: StudentName,
    /// To which assignment.
    pub(crate) assignment: String,
}

fn write_agenda(out: &Path, jobs: &[Job]) -> Result<(), Failure> {
    let submissions = jobs
        .iter()
        .map(|job| Item { student: job.student.clone(), assignment: job.assignment.clone() })
        .collect();
    let agenda = Agenda { schema: SCHEMA, submissions };
    let mut json = serde_json::to_string_pretty(&agenda).expect("an agenda has a JSON form");
    json.push('\n');
    write_whole(&out.join(AGENDA), json.as_bytes())
}

/// What the last batch in `out` was to grade, without what is among `results`.
fn missing(out: &Path, results: &[GradingResult]) -> Result<Vec<Item>, Failure> {
    let path = out.join(AGENDA);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        // Written by a batch of before there was one.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::input(format!("{}: {error}", path.display()))),
    };
    let agenda: Agenda = serde_json::from_str(&text)
        .map_err(|error| Failure::input(format!("{}: {error}", path.display())))?;
    let there: BTreeSet<(&str, &str)> = results
        .iter()
        .filter_map(|result| Some((result.student.as_ref()?.key.as_str(), &*result.assignment)))
        .collect();
    let is_missing = |item: &Item| !there.contains(&(&*item.student.key, &*item.assignment));
    Ok(agenda.submissions.into_iter().filter(is_missing).collect())
}

/// Writes a Markdown report for each student, and the overviews.
fn write_reports(out: &Path, results: &[GradingResult], missing: &[Item]) -> Result<(), Failure> {
    let reports = out.join("reports");
    fs::create_dir_all(&reports).map_err(|error| Failure::output(&reports, &error))?;
    let mut students: BTreeMap<&str, (&str, Vec<&GradingResult>)> = BTreeMap::new();
    for result in results {
        let Some(student) = &result.student else { continue };
        students.entry(&student.key).or_insert_with(|| (&student.name, Vec::new())).1.push(result);
    }
    for (key, (name, results)) in students {
        let report = markdown::report(Some(name), &results);
        write_whole(&reports.join(format!("{key}.md")), report.as_bytes())?;
    }
    write_whole(&out.join("overview.md"), overview::markdown(results, missing).as_bytes())?;
    write_whole(&out.join("overview.csv"), &overview::csv(results, missing))
}

/// Makes the reports of `out` anew from its result files. Also says what has no result yet.
pub(crate) fn remake_reports(out: &Path) -> Result<(Vec<GradingResult>, Vec<Item>), Failure> {
    let folder = out.join("results");
    let unreadable = |path: &Path, error: &io::Error| {
        Failure::input(format!("cannot read {}: {error}", path.display()))
            .help("name the folder that `grader batch` wrote to")
    };
    let mut results = Vec::new();
    for student in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
        let student = student.map_err(|error| unreadable(&folder, &error))?.path();
        for file in fs::read_dir(&student).map_err(|error| unreadable(&student, &error))? {
            let file = file.map_err(|error| unreadable(&student, &error))?.path();
            if file.extension().is_some_and(|extension| extension == "json") {
                results.push(read_result(&file)?);
            }
        }
    }
    let key = |result: &GradingResult| {
        let student = result.student.as_ref().map(|student| student.key.clone());
        (student, result.assignment.clone())
    };
    results.sort_by_key(key);
    let missing = missing(out, &results)?;
    write_reports(out, &results, &missing)?;
    Ok((results, missing))
}

/// What is written must not be taken for a student's folder the next time.
fn refuse_out_inside(class: &Path, out: &Path) -> Result<(), Failure> {
    let absolute = |path: &Path| {
        path.ancestors().find_map(|ancestor| {
            let rest = path.strip_prefix(ancestor).ok()?;
            Some(ancestor.canonicalize().ok()?.join(rest))
        })
    };
    let current = Path::new(".");
    let under = |path: &Path| absolute(&current.join(path));
    match (under(class), under(out)) {
        (Some(class), Some(out)) if out.starts_with(&class) => Err(Failure::input(format!(
            "{} is inside the class's folder: its folders would be taken for students",
            out.display()
        ))
        .help("give a folder outside of it with --out")),
        _ => Ok(()),
    }
}
