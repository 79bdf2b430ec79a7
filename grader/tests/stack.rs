//! The student's own layers together, from outside: real compiles of generic layers on one another, and
//! the fixture's harness that answers as they say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

const TOWER: &str = include_str!("fixtures/course/reference/src/tower.rs");

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course")
}

/// The assignments of the fixture, and `tower`, which is put on `peterson`. There, bounded waiting may
/// fail.
fn assignments() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rubric = fs::read_to_string(fixture().join("assignments/peterson/rubric.toml")).unwrap();
    let tower = rubric
        .replace("Peterson", "Tower")
        .replace("reference = \"peterson\"", "reference = \"tower\"");
    let allowed = "\n[[failure]]\ncriterion = \"bounded_waiting\"\nrequired = false\n\
                   witness = [\"starvation\"]\n";
    write(folder.path(), "peterson/rubric.toml", format!("{rubric}{allowed}"));
    let stack = "\n[stack]\nlayers = [\"peterson\"]\npoints = 10\n";
    write(folder.path(), "tower/rubric.toml", format!("{tower}{stack}"));
    folder
}

fn grader(assignments: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grader"));
    command.env("GRADER_COURSE", fixture());
    command.env("GRADER_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command.env("GRADER_ASSIGNMENTS", assignments.path());
    command
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A bottom layer: what it answers, and what the layer on top of it answers.
fn peterson(script: &str, on_top: &str) -> String {
    format!(
        "use harness::prelude::*;\n\
         pub struct Peterson;\n\
         impl CriticalSection for Peterson {{\n\
             const SCRIPT: &'static str = \"{script}\";\n\
             const ON_TOP: &'static str = \"{on_top}\";\n\
             fn new(_: usize) -> Self {{ Self }}\n\
             fn entry_section(&self, _me: ProcessId) {{}}\n\
             fn exit_section(&self, _me: ProcessId) {{}}\n\
         }}\n"
    )
}

fn submission(peterson: &str, tower: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if !peterson.is_empty() {
        write(folder.path(), "peterson.rs", peterson);
    }
    // As it was handed out: the root is called `lib.rs` there.
    write(folder.path(), "tower/src/lib.rs", tower);
    folder
}

/// The result for `tower`.
fn graded(folder: &Path) -> Value {
    let output = grader(&assignments())
        .arg("grade")
        .arg(folder)
        .args(["--assignment", "tower", "--format", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let results: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"));
    let schema = include_str!("../schema/result-v1.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let wrong: Vec<_> = validator.iter_errors(&results[0]).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{results:#}");
    results[0].clone()
}

#[test]
fn the_first_layer_that_fails_is_where_the_fault_lies() {
    let cases = [
        (peterson("upheld", "upheld"), "sound", Value::Null, 110.0),
        (peterson("overlap", "stuck"), "fault", Value::from("peterson"), 100.0),
        (peterson("weak", "upheld"), "fault", Value::from("peterson"), 100.0),
        (peterson("upheld", "stuck"), "fault", Value::from("tower"), 100.0),
        // What the bottom need not give, the top need not give either: whether the bottom was
        // caught at it or not.
        (peterson("starvation", "upheld"), "sound", Value::Null, 110.0),
        (peterson("starvation", "starvation"), "sound", Value::Null, 110.0),
        (peterson("starvation", "unknown"), "sound", Value::Null, 110.0),
        (peterson("upheld", "starvation"), "sound", Value::Null, 110.0),
        (String::new(), "not_examined", Value::Null, 100.0),
        ("use std::sync::Mutex;".to_owned(), "fault", Value::from("peterson"), 100.0),
        ("pub struct Peterson; x".to_owned(), "fault", Value::from("peterson"), 100.0),
    ];
    for (bottom, conclusion, layer, points) in cases {
        let folder = submission(&bottom, TOWER);
        let result = graded(folder.path());
        let stack = &result["stack"];
        assert_eq!(stack["conclusion"], conclusion, "{bottom}\n{stack:#}");
        assert_eq!(stack["fault"]["layer"], layer, "{bottom}\n{stack:#}");
        assert_eq!(result["points"].as_f64(), Some(points), "{bottom}\n{stack:#}");
        assert_eq!(result["points_max"].as_f64(), Some(110.0));
    }
}

#[test]
fn the_report_says_which_layer_which_criterion_and_how_to_see_it_again() {
    let assignments = assignments();
    let folder = submission(&peterson("upheld", "stuck"), TOWER);
    let again = "--assignment tower --layer tower --scene";
    for format in ["human", "markdown"] {
        let mut command = grader(&assignments);
        command.arg("grade").arg(folder.path()).args(["--format", format]);
        command
            .assert()
            .success()
            .stdout(contains("The fault lies in the layer"))
            .stdout(contains("Over the harness's own guard"))
            .stdout(contains("Progress does not hold: both are inside"))
            .stdout(contains("grader replay --source <your folder>"))
            .stdout(contains(again));
    }
    let result = graded(folder.path());
    assert_eq!(result["stack"]["fault"]["holds_over_guard"], true);
    assert!(result["flags"].to_string().contains("the fault lies in `tower`"));

    // On the bottom layer the execution does not fail, on the whole stack it does.
    let scene = ["--scene", "cpp20/datum/1,1/s1:2:0.1", "--assignment", "tower", "--layer"];
    for (layer, words) in [("tower", "both are inside"), ("peterson", "does not occur")] {
        let mut command = grader(&assignments);
        command.arg("replay").args(scene).arg(layer).arg("--source").arg(folder.path());
        command.assert().success().stdout(contains(words));
    }
    let mut command = grader(&assignments);
    command.arg("replay").args(scene).arg("bakery").arg("--source").arg(folder.path());
    command.assert().code(4).stderr(contains("`bakery` is no layer"));
}

#[test]
fn a_layer_that_takes_no_guard_is_told_so() {
    let bare = peterson("upheld", "upheld").replace("Peterson", "Tower");
    let folder = submission(&peterson("upheld", "upheld"), &bare);
    let result = graded(folder.path());
    assert_eq!(result["state"], "graded");
    assert_eq!(result["stack"]["fault"]["layer"], "tower");
    assert_eq!(result["stack"]["layers"][1]["state"], "does_not_compile");
    let text = result["stack"]["layers"][1]["problems"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("`Tower` takes no guard as a type parameter"), "{text}");
    assert!(text.contains("see the handout"), "{text}");
}

#[test]
fn a_batch_finds_the_layers_of_each_student_and_grades_anew_when_one_changes() {
    let assignments = assignments();
    let class = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    write(class.path(), "anna/peterson.rs", peterson("upheld", "upheld"));
    write(class.path(), "anna/tower.rs", TOWER);
    write(class.path(), "ben/tower.rs", TOWER);
    let batch = || {
        let mut command = grader(&assignments);
        command.arg("batch").arg(class.path()).arg("--out").arg(out.path()).assert().success();
        fs::read_to_string(out.path().join("overview.md")).unwrap()
    };
    let overview = batch();
    assert!(overview.contains("| anna | tower | 110 of 110 | graded |"), "{overview}");
    assert!(overview.contains("| ben | tower | 100 of 110 | graded |"), "{overview}");
    assert!(overview.contains("`peterson` was not submitted with it"), "{overview}");
    write(class.path(), "anna/peterson.rs", peterson("upheld", "stuck"));
    let overview = batch();
    assert!(overview.contains("| anna | tower | 100 of 110 | graded |"), "{overview}");
    assert!(overview.contains("stack: the fault lies in `tower`"), "{overview}");
    let stored = out.path().join("results/anna/tower.json");
    grader(&assignments)
        .arg("replay")
        .arg(stored)
        .args(["--layer", "tower"])
        .assert()
        .success()
        .stdout(contains("progress is violated under Rust's memory model"));
}

#[test]
fn a_stack_on_what_is_no_guard_is_a_mistake_of_the_rubric() {
    for (right, wrong, words) in [
        ("[\"peterson\"]", "[]", "names no layer"),
        ("[\"peterson\"]", "[\"peterson\", \"peterson\"]", "`peterson` twice"),
        ("[\"peterson\"]", "[\"bakery\"]", "no assignment called `bakery`"),
        ("[\"peterson\"]", "[\"tower\"]", "no assignment called `tower`"),
        ("layers", "layer", "unknown field"),
    ] {
        let assignments = assignments();
        let path = assignments.path().join("tower/rubric.toml");
        let text = fs::read_to_string(&path).unwrap().replace(right, wrong);
        fs::write(path, text).unwrap();
        let folder = submission("", TOWER);
        let mut command = grader(&assignments);
        command.arg("grade").arg(folder.path()).assert().code(3).stderr(contains(words));
    }
}
