//! A class: names of all kinds, results that are kept, the reports that come of them.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use crate::{grader, solution, valid, write};

/// A class with every kind of name and of end.
pub(super) fn class() -> TempDir {
    let class = tempfile::tempdir().unwrap();
    let names: [&[u8]; 8] =
        [b"anna", b"b c", b"d'e\"f", b"g\nh", b"-rf", b"\xff\xfe", b"=1+1", b"empty"];
    for name in names {
        let folder = class.path().join(OsStr::from_bytes(name));
        fs::create_dir(&folder).unwrap();
        if name != b"empty" {
            write(&folder, "peterson.rs", solution("upheld", ""));
        }
    }
    write(&class.path().join("anna"), "bakery.rs", "fn f( {");
    write(&class.path().join("b c"), "peterson.rs", solution("weak", ""));
    write(class.path(), ".DS_Store", "");
    write(class.path(), "stray.rs", "");
    class
}

pub(super) fn batch(class: &Path, out: &Path) -> Command {
    let mut command = grader();
    command.arg("batch").arg(class).arg("--out").arg(out);
    command
}

#[test]
fn results_are_not_written_among_the_students() {
    let class = class();
    for out in [class.path().to_owned(), class.path().join("graded")] {
        batch(class.path(), &out).assert().code(4).stderr(contains("--out"));
        assert!(!out.join("results").exists(), "nothing was written");
    }
}

#[test]
fn a_class_is_graded_whatever_its_names_and_its_failures() {
    let class = class();
    let out = tempfile::tempdir().unwrap();
    batch(class.path(), out.path())
        .assert()
        .success()
        .stdout(contains("16 results, 0 of them kept"))
        .stdout(contains("stray.rs lies beside"));
    for key in ["anna", "b%20c", "d%27e%22f", "g%0Ah", "%2Drf", "%FF%FE", "%3D1%2B1", "empty"] {
        let path = out.path().join("results").join(key).join("peterson.json");
        let result: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        valid(&result);
        assert_eq!(result["student"]["key"], key);
        assert!(out.path().join("reports").join(format!("{key}.md")).is_file());
    }
    let csv = fs::read_to_string(out.path().join("overview.csv")).unwrap();
    assert_eq!(csv.lines().count(), 17);
    assert!(csv.contains("\n'=1+1,%3D1%2B1,peterson,100,100,graded,upheld,"), "{csv}");
    assert!(csv.contains("b c,b%20c,peterson,75,100,graded,violated,upheld,"), "{csv}");
    // What was not submitted is a row for the gradebook, and a line for people.
    assert!(csv.contains("\nempty,empty,bakery,0,100,nothing submitted,"), "{csv}");
    let overview = fs::read_to_string(out.path().join("overview.md")).unwrap();
    assert!(overview.contains("- 8 nothing submitted\n"), "{overview}");
    assert_eq!(overview.matches("\n| empty |").count(), 1, "{overview}");
    assert!(overview.contains("\n| empty | all: bakery, peterson |  |\n"), "{overview}");
    let report = fs::read_to_string(out.path().join("reports/b%20c.md")).unwrap();
    let missing = "Nothing was submitted for 1 assignment (0 of 100 points): `bakery`.\n";
    assert!(report.contains(missing), "{report}");
    assert!(!report.to_lowercase().contains("## bakery"), "{report}");
    assert!(report.contains("Your algorithm is right, your orderings are not."), "{report}");
    assert!(report.contains("````text\nP0 | P1\n``` @all <b>"), "{report}");
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let name = path.strip_prefix(folder).unwrap().to_owned();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn the_same_class_gives_the_same_bytes_however_it_is_graded() {
    let class = class();
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    batch(class.path(), one.path()).args(["--jobs", "1"]).assert().success();
    batch(class.path(), other.path()).args(["--jobs", "4"]).assert().success();
    assert_eq!(files(one.path()), files(other.path()));
    // Reports made anew from the results are the same again.
    let before = files(one.path());
    fs::remove_dir_all(one.path().join("reports")).unwrap();
    fs::write(one.path().join("overview.csv"), "").unwrap();
    grader().arg("report").arg(one.path()).assert().success();
    assert_eq!(files(one.path()), before);
}

#[test]
fn written_files_can_be_read_by_whom_the_umask_says() {
    let class = tempfile::tempdir().unwrap();
    write(&class.path().join("a"), "peterson.rs", solution("upheld", ""));
    let out = tempfile::tempdir().unwrap();
    let command = batch(class.path(), out.path());
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "umask 027; exec \"$@\"", "sh"]).args(words);
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.assert().success().stdout(contains("1 result, 0 of them kept"));
    for file in ["results/a/peterson.json", "reports/a.md", "overview.md", "overview.csv"] {
        let mode = fs::metadata(out.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{file}");
    }
}

#[test]
fn a_batch_keeps_what_is_done_and_grades_what_has_changed() {
    let class = class();
    let out = tempfile::tempdir().unwrap();
    batch(class.path(), out.path()).assert().success();
    let finished = files(out.path());
    batch(class.path(), out.path()).assert().success().stdout(contains("16 of them kept"));
    assert_eq!(files(out.path()), finished);
    // As if it had been stopped: one result is missing, one is half written, one has changed.
    let result = |key: &str| out.path().join("results").join(key).join("peterson.json");
    fs::remove_file(result("anna")).unwrap();
    fs::write(result("empty"), "{\"schema\":").unwrap();
    write(&class.path().join("b c"), "peterson.rs", solution("upheld", ""));
    batch(class.path(), out.path()).assert().success().stdout(contains("13 of them kept"));
    let changed: Vec<_> = files(out.path())
        .into_iter()
        .filter(|file| !finished.contains(file))
        .map(|(name, _)| name.display().to_string())
        .collect();
    assert_eq!(
        changed,
        ["overview.csv", "overview.md", "reports/b%20c.md", "results/b%20c/peterson.json"]
    );
    batch(class.path(), out.path())
        .args(["--seed", "7"])
        .assert()
        .success()
        .stdout(contains("0 of them kept"));
}

/// The processes whose command line names a file below `folder`.
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let line = fs::read(entry.unwrap().path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(folder) {
            found.push(line);
        }
    }
    found
}

#[test]
fn an_interrupted_batch_leaves_no_process_and_keeps_what_is_done() {
    let class = tempfile::tempdir().unwrap();
    write(&class.path().join("a"), "peterson.rs", solution("upheld", ""));
    write(&class.path().join("z"), "peterson.rs", solution("upheld", "loop { spin_loop() }"));
    let out = tempfile::tempdir().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut running = batch(class.path(), out.path())
        .args(["--jobs", "1", "--cpu-seconds", "600"])
        .env("TMPDIR", scratch.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("[1/2] a peterson: graded"), "{first}");
    // The second one runs for ever: wait until it does.
    while !processes_of(scratch.path()).iter().any(|line| line.trim_end().ends_with("/run")) {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&running);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(running.wait().unwrap().code(), Some(130), "{rest:?}");
    assert_eq!(processes_of(scratch.path()), Vec::<String>::new());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "its files are gone too");
    assert!(rest.iter().any(|line| line.contains("1 of 2 are finished")), "{rest:?}");
    assert!(out.path().join("results/a/peterson.json").is_file());
    assert!(!out.path().join("results/z/peterson.json").exists());
    // Reports of what there is say what is missing, and how to get it.
    let report = || grader().arg("report").arg(out.path()).assert().success();
    let overview = || fs::read_to_string(out.path().join("overview.md")).unwrap();
    report()
        .stdout(contains("1 result; see"))
        .stderr(contains("note: 1 of 2 submissions has no result yet: z peterson\nhelp: give the"));
    assert!(
        overview().contains("**Incomplete:** 1 of 2 submissions has no result yet: z peterson.")
    );
    assert!(overview().contains("| z | peterson | – | no result yet |"), "{}", overview());
    let csv = fs::read_to_string(out.path().join("overview.csv")).unwrap();
    assert!(csv.contains("\nz,z,peterson,,,no result yet,,"), "{csv}");
    write(&class.path().join("z"), "peterson.rs", solution("upheld", ""));
    batch(class.path(), out.path())
        .args(["--cpu-seconds", "600"])
        .assert()
        .success()
        .stdout(contains("1 of them kept"));
    assert!(!overview().contains("no result yet"), "{}", overview());
    report().stderr("");
}
