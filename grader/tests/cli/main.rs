//! The command line from outside: the real binary, real compiles, real processes. The course is a
//! fixture whose harness answers as a submission's `SCRIPT` says (see its README), so that every way
//! in which grading can end is had on demand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod batch;
mod commands;
mod environment;
mod grading;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course")
}

fn grader() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grader"));
    command.env("GRADER_COURSE", fixture());
    command.env("GRADER_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command.env_remove("GRADER_ASSIGNMENTS");
    command
}

/// A submission for Peterson's algorithm: what it answers, and what it really does on entry.
fn solution(script: &str, entry: &str) -> String {
    format!(
        "use harness::prelude::*;\n\
         pub struct Peterson;\n\
         impl CriticalSection for Peterson {{\n\
             const SCRIPT: &'static str = \"{script}\";\n\
             fn new(_: usize) -> Self {{ Self }}\n\
             fn entry_section(&self, _me: ProcessId) {{ {entry} }}\n\
             fn exit_section(&self, _me: ProcessId) {{}}\n\
         }}\n"
    )
}

fn write(folder: &Path, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn submission(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "peterson.rs", text);
    folder
}

/// The only result of grading `folder`, with the exit code.
fn graded(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = grader()
        .arg("grade")
        .arg(folder)
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let results: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"));
    assert_eq!(results.as_array().unwrap().len(), 1);
    valid(&results[0]);
    (results[0].clone(), output.status.code().unwrap())
}

/// Checks a result against the published schema.
fn valid(result: &Value) {
    let schema = include_str!("../../schema/result-v1.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(result).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{result:#}");
}
