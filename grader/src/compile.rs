//! From checked sources to a program: the submission as a library of its own, with `unsafe` forbidden
//! by the compiler, and a `main` of ours around it. The compiler sees copies of exactly those bytes
//! that were checked, in a folder that has nothing else.

use std::env;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::policy::Source;
use crate::result::Problem;
use crate::rubric::Rubric;
use crate::sandbox::{self, Ended, Killed, LAUNCH_FAILED, Limits};
use crate::toolchain::Toolchain;

/// What one call of the compiler may use.
const LIMITS: Limits = Limits {
    cpu_seconds: 30,
    memory_bytes: 6 << 30,
    file_bytes: 256 << 20,
    files: 1024,
    output_bytes: 10 << 20,
    output_kept: 1 << 20,
    wall: Duration::from_mins(10),
};

/// The most errors that are shown.
const ERRORS_MAX: usize = 5;
/// The most lines of one error.
const ERROR_LINES_MAX: usize = 40;

/// A compiled submission. Its files go when it goes.
#[derive(Debug)]
pub(crate) struct Program {
    /// To be run.
    pub(crate) path: PathBuf,
    _workplace: Workplace,
}

/// Where submissions are compiled, each to a library of its own, and programs are made of them. All
/// files go when it goes.
#[derive(Debug)]
pub(crate) struct Workplace {
    folder: TempDir,
    /// The libraries by the names of their crates.
    libraries: Vec<(String, PathBuf)>,
}

/// Why there is no program.
#[derive(Debug)]
pub(crate) enum NotCompiled {
    /// The compiler's errors.
    Errors(Vec<Problem>),
    /// The compiler used up its time: a type or a constant without end.
    TimedOut,
    /// Our fault.
    Ours(Failure),
}

impl From<Failure> for NotCompiled {
    fn from(failure: Failure) -> Self {
        Self::Ours(failure)
    }
}

/// `main` of a compiled submission: the one place that knows what the harness's entry is called.
fn wrapper(rubric: &Rubric, type_path: &str) -> String {
    format!(
        "#![forbid(unsafe_code)]\n\
         fn main() -> std::process::ExitCode {{\n    \
             harness::runner::main::<harness::runner::{}<{type_path}>>()\n\
         }}\n",
        rubric.contract.subject(),
    )
}

/// Compiles `sources`, the root first.
pub(crate) fn compile(
    toolchain: &Toolchain,
    rubric: &Rubric,
    sources: &[Source],
) -> Result<Program, NotCompiled> {
    let mut workplace = Workplace::new()?;
    workplace.library(toolchain, "submission", sources)?;
    let type_path = format!("submission::{}", rubric.type_name);
    let path = workplace.program(toolchain, "run", rubric, &type_path, errors_of_wrapper)?;
    Ok(Program { path, _workplace: workplace })
}

impl Workplace {
    /// An empty one.
    pub(crate) fn new() -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("grader-")
            .tempdir()
            .map_err(|error| Failure::output(&env::temp_dir(), &error))?;
        Ok(Self { folder, libraries: Vec::new() })
    }

    /// Compiles `sources`, the root first, to the library of a crate called `name`.
    pub(crate) fn library(
        &mut self,
        toolchain: &Toolchain,
        name: &str,
        sources: &[Source],
    ) -> Result<(), NotCompiled> {
        let folder = self.folder.path();
        let inside = folder.join(name);
        for source in sources {
            let path = inside.join(&source.path);
            let parent = path.parent().expect("a source is below the submission");
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, &source.bytes))
                .map_err(|error| Failure::output(&path, &error))?;
        }
        let root = sources.first().map_or("", |source| source.path.as_str());
        let library = folder.join(format!("lib{name}.rlib"));
        let mut command = rustc(toolchain, &inside, folder);
        command.args(["--crate-type", "rlib", "--crate-name", name]);
        command.args(["-F", "unsafe_code"]);
        command.arg("-o").arg(&library).arg(root);
        let compiled =
            sandbox::supervise(command, &LIMITS, || ()).map_err(|error| not_run(&error))?;
        conclude(&compiled, errors_of_submission)?;
        self.libraries.push((name.to_owned(), library));
        Ok(())
    }

    /// Makes a program called `name` that examines the type at `type_path`. `explain` says what errors
    /// in its `main` mean.
    pub(crate) fn program(
        &self,
        toolchain: &Toolchain,
        name: &str,
        rubric: &Rubric,
        type_path: &str,
        explain: impl FnOnce(&Rubric, &[Diagnostic]) -> Vec<Problem>,
    ) -> Result<PathBuf, NotCompiled> {
        let folder = self.folder.path();
        let root = format!("{name}.rs");
        let main = folder.join(&root);
        fs::write(&main, wrapper(rubric, type_path))
            .map_err(|error| Failure::output(&main, &error))?;
        let path = folder.join(name);
        let mut command = rustc(toolchain, folder, folder);
        command.args(["--crate-type", "bin", "--crate-name", name]);
        for (name, library) in &self.libraries {
            command.arg("--extern").arg(extern_of(name, library));
        }
        command.arg("-o").arg(&path).arg(&root);
        let linked =
            sandbox::supervise(command, &LIMITS, || ()).map_err(|error| not_run(&error))?;
        conclude(&linked, |errors| explain(rubric, errors))?;
        Ok(path)
    }
}

fn not_run(error: &io::Error) -> Failure {
    Failure::environment(format!("the compiler cannot be run: {error}"))
}

fn extern_of(name: &str, library: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(name);
    text.push("=");
    text.push(library);
    text
}

/// The compiler, in `folder`, with everything that both calls have in common. Lints are not capped:
/// that would allow `unsafe` again.
fn rustc(toolchain: &Toolchain, folder: &Path, scratch: &Path) -> Command {
    let mut command = sandbox::command(&toolchain.rustc, &LIMITS);
    command.current_dir(folder);
    command
        .env("PATH", env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()));
    command.env("TMPDIR", scratch).env("LC_ALL", "C");
    command.args(["--edition", "2024", "--error-format=json", "-A", "warnings"]);
    command.args(["-C", "opt-level=2", "-C", "codegen-units=1", "-C", "debuginfo=0"]);
    // As in the student's own `cargo test`: arithmetic overflow panics.
    command.args(["-C", "overflow-checks=on", "-C", "debug-assertions=on"]);
    command.args(["-C", "embed-bitcode=no", "-C", "strip=symbols", "-C", "panic=unwind"]);
    command.arg("--extern").arg(extern_of("harness", &toolchain.harness));
    command.arg("-L").arg(extern_of("dependency", &toolchain.libraries));
    command
}

/// The part of a compiler message that is used.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    is_primary: bool,
}

fn conclude(
    ended: &Ended<()>,
    problems: impl FnOnce(&[Diagnostic]) -> Vec<Problem>,
) -> Result<(), NotCompiled> {
    const SIGXCPU: i32 = 24;
    let ours = |text: String| Err(NotCompiled::Ours(Failure::environment(text)));
    let text = String::from_utf8_lossy(&ended.stderr);
    match ended.killed {
        Some(Killed::Interrupted) => return ours("interrupted".to_owned()),
        Some(Killed::Wall) => {
            return ours("the compiler neither ended nor used its processor time".to_owned());
        }
        Some(Killed::Flood) => {
            return Err(NotCompiled::Errors(vec![Problem::of(
                "The compiler has no end of errors.",
            )]));
        }
        None => {}
    }
    if ended.status.success() {
        return Ok(());
    }
    if ended.status.signal() == Some(SIGXCPU) {
        return Err(NotCompiled::TimedOut);
    }
    let diagnostics: Vec<Diagnostic> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|diagnostic: &Diagnostic| {
            diagnostic.level.starts_with("error") && !diagnostic.message.starts_with("aborting due")
        })
        .collect();
    if ended.status.code() == Some(LAUNCH_FAILED) && diagnostics.is_empty() {
        return ours(format!("the compiler cannot be run: {}", text.trim()));
    }
    if let Some(fault) = diagnostics.iter().find(|diagnostic| {
        diagnostic.level.contains("internal") || diagnostic.message.starts_with("linking with")
    }) {
        return ours(format!("the compiler or the linker failed: {}", fault.message));
    }
    if diagnostics.is_empty() {
        // Killed by a signal, or out of memory: the input made it so, since the reference's did not.
        let text = "The compiler itself gave up on this code: is there a recursion without end, or \
                    a huge constant?";
        return Err(NotCompiled::Errors(vec![Problem::of(text)]));
    }
    Err(NotCompiled::Errors(problems(&diagnostics)))
}

fn errors_of_submission(diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = diagnostics
        .iter()
        .take(ERRORS_MAX)
        .map(|diagnostic| {
            let rendered = diagnostic.rendered.as_deref().unwrap_or(&diagnostic.message);
            let mut lines: Vec<&str> = rendered.trim_end().lines().take(ERROR_LINES_MAX).collect();
            if rendered.trim_end().lines().count() > ERROR_LINES_MAX {
                lines.push("…");
            }
            let span = diagnostic.spans.iter().find(|span| span.is_primary);
            Problem {
                file: span.map(|span| span.file_name.clone()),
                line: span.map(|span| span.line_start),
                column: span.map(|span| span.column_start),
                rule: None,
                text: lines.join("\n"),
            }
        })
        .collect();
    if diagnostics.len() > ERRORS_MAX {
        problems.push(Problem::of(format!("… and {} more errors", diagnostics.len() - ERRORS_MAX)));
    }
    problems
}

/// Errors in our `main` mean that the submission does not offer what `main` takes.
fn errors_of_wrapper(rubric: &Rubric, diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let name = &rubric.type_name;
    let contract = rubric.contract.trait_name();
    let has = |code| has_code(diagnostics, code);
    let text = if has("E0603") {
        format!("`{name}` is not public at the root of the submission: write `pub struct {name}`")
    } else if has("E0277") {
        format!(
            "`{name}` does not implement `{contract}` in the way that the harness needs: write \
             `impl {contract} for {name}`"
        )
    } else if has("E0107") {
        format!("`{name}` must be a type without parameters of its own: write `pub struct {name}`")
    } else {
        format!(
            "there is no type `{name}` at the root of the submission: write `pub struct {name}` and \
             `impl {contract} for {name}`"
        )
    };
    vec![with_messages(&text, diagnostics)]
}

/// The same where the submission is put on a guard of the student's own.
pub(crate) fn errors_of_stack(rubric: &Rubric, diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let name = &rubric.type_name;
    let contract = rubric.contract.trait_name();
    let generic = format!(
        "write `pub struct {name}<G = Guard>` and `impl<G: CriticalSection> {contract} for {name}<G>`; \
         see the handout"
    );
    let text = if has_code(diagnostics, "E0107") {
        format!("`{name}` takes no guard as a type parameter: {generic}")
    } else if has_code(diagnostics, "E0277") {
        format!("`{name}` does not implement `{contract}` over every guard: {generic}")
    } else {
        return errors_of_wrapper(rubric, diagnostics);
    };
    vec![with_messages(&text, diagnostics)]
}

fn has_code(diagnostics: &[Diagnostic], code: &str) -> bool {
    diagnostics.iter().any(|found| found.code.as_ref().is_some_and(|found| found.code == code))
}

fn with_messages(text: &str, diagnostics: &[Diagnostic]) -> Problem {
    let messages = diagnostics.iter().take(ERRORS_MAX).map(|d| format!("\n  {}", d.message));
    Problem::of(format!("{text}\nThe compiler says:{}", messages.collect::<String>()))
}
