//! What is not the students' doing: exit codes, references that fail, errors of ours, limits.

use std::fs;
use std::path::Path;

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use crate::batch::{batch, class};
use crate::{fixture, grader, solution, submission, valid};

#[test]
fn exit_codes_are_as_documented() {
    let good = submission(&solution("upheld", ""));
    let poor = submission(&solution("overlap", ""));
    let none = good.path().join("nobody");
    let grade = |path: &Path, more: &[&str]| {
        let status = grader().arg("grade").arg(path).args(more).output().unwrap().status;
        status.code().unwrap()
    };
    assert_eq!(grade(good.path(), &["--check"]), 0);
    assert_eq!(grade(poor.path(), &["--check"]), 1);
    assert_eq!(grade(poor.path(), &[]), 0);
    assert_eq!(grade(good.path(), &["--no-such-option"]), 2);
    assert_eq!(grade(good.path(), &["--course", "/nowhere"]), 3);
    assert_eq!(grade(&none, &[]), 4);
    assert_eq!(grade(good.path(), &["--assignment", "petersen"]), 4);
    grader().arg("--help").assert().success().stdout(contains("Exit codes:"));
    for command in ["grade", "batch", "report", "replay", "table"] {
        grader().args([command, "--help"]).assert().success();
    }
}

/// A copy of the course, to be damaged.
fn course_copy() -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&fixture(), folder.path());
    folder
}

#[test]
fn nobody_is_graded_while_the_reference_does_not_measure_its_profile() {
    let course = course_copy();
    let submission = submission(&solution("upheld", ""));
    let reference = course.path().join("reference/src/peterson.rs");
    let grade = || {
        let mut command = grader();
        command.env("GRADER_COURSE", course.path()).arg("grade").arg(submission.path());
        command.assert()
    };
    grade().success();
    fs::write(&reference, solution("stuck", "")).unwrap();
    grade().code(3).stdout("").stderr(contains("progress is violated, expected upheld"));
    fs::write(&reference, "oh no").unwrap();
    grade().code(3).stdout("").stderr(contains("does not compile"));
    fs::remove_file(&reference).unwrap();
    grade().code(3).stdout("").stderr(contains("does not exist"));

    let rubric = course.path().join("assignments/peterson/rubric.toml");
    let text = fs::read_to_string(&rubric).unwrap().replace("entries =", "entires =");
    fs::write(&rubric, text).unwrap();
    grade()
        .code(3)
        .stderr(contains("peterson/rubric.toml:5:1: unknown field `entires`"))
        .stderr(contains("did you mean `entries`?"));
}

#[test]
fn an_error_of_ours_gives_no_mark_and_stops_nobody_else() {
    let course = course_copy();
    fs::write(course.path().join("reference/src/bakery.rs"), "oh no").unwrap();
    let class = class();
    let out = tempfile::tempdir().unwrap();
    batch(class.path(), out.path())
        .env("GRADER_COURSE", course.path())
        .assert()
        .code(3)
        .stdout(contains("not graded: anna bakery"));
    let bakery = fs::read(out.path().join("results/anna/bakery.json")).unwrap();
    let bakery: Value = serde_json::from_slice(&bakery).unwrap();
    valid(&bakery);
    assert_eq!((&bakery["state"], &bakery["points"]), (&Value::from("error"), &Value::Null));
    let peterson = fs::read(out.path().join("results/anna/peterson.json")).unwrap();
    let peterson: Value = serde_json::from_slice(&peterson).unwrap();
    assert_eq!(peterson["points"], 100);
    // Once the reference is right again, exactly the errors are graded anew.
    fs::copy(
        fixture().join("reference/src/bakery.rs"),
        course.path().join("reference/src/bakery.rs"),
    )
    .unwrap();
    batch(class.path(), out.path())
        .env("GRADER_COURSE", course.path())
        .assert()
        .success()
        .stdout(contains("15 of them kept"));
}

#[test]
fn what_cannot_be_written_is_said_plainly() {
    let class = class();
    batch(class.path(), Path::new("/proc/nowhere"))
        .assert()
        .code(6)
        .stderr(contains("cannot write"));
    batch(Path::new("/nowhere"), Path::new("/tmp")).assert().code(4);
}

#[test]
fn the_launcher_limits_itself_before_it_becomes_the_program() {
    let limits = ["7", "1073741824", "1048576", "64"];
    let shell = "ulimit -t; ulimit -v; ulimit -f; ulimit -n; ulimit -c";
    grader()
        .arg("__launch")
        .args(limits)
        .args(["/bin/sh", "-c", shell])
        .assert()
        .success()
        .stdout("7\n1048576\n2048\n64\n0\n");
    grader().arg("__launch").args(limits).arg("/nowhere").assert().code(125);
    grader().arg("__launch").args(["7"]).assert().code(125);
}
