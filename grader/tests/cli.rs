//! The command line from outside: the real binary, real compiles, real processes. The course is a
//! fixture whose harness answers as a submission's `SCRIPT` says (see its README), so that every way
//! in which grading can end is had on demand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;
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
    let schema = include_str!("../schema/result-v1.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(result).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{result:#}");
}

#[test]
fn verdicts_become_points() {
    for (script, points, outcome) in [
        ("upheld", 100.0, "upheld"),
        ("overlap", 50.0, "violated"),
        ("weak", 75.0, "orderings_too_weak"),
        ("open_door", 50.0, "violated"),
    ] {
        let folder = submission(&solution(script, ""));
        let (result, code) = graded(folder.path(), &[]);
        assert_eq!(code, 0, "{script}");
        assert_eq!(result["state"], "graded", "{script}");
        assert_eq!(result["points"].as_f64(), Some(points), "{script}");
        assert_eq!(result["criteria"][0]["outcome"], outcome, "{script}");
    }
}

#[test]
fn every_other_end_has_its_own_state_and_only_our_errors_have_no_mark() {
    let huge = "let mut v = Vec::new(); loop { v.push(Vec::<u8>::with_capacity(1 << 26)); }";
    let flood = "loop { println!(\"{}\", \"x\".repeat(1000)); }";
    let overflow = "fn down(n: u64) -> u64 { std::hint::black_box(1 + down(n + 1)) } down(1);";
    for (script, entry, state, words) in [
        ("upheld", "todo!()", "not_implemented", "not implemented"),
        ("upheld", "panic!(\"index out of range\")", "crashed", "index out of range"),
        ("upheld", "loop { spin_loop() }", "timed_out", "processor time"),
        ("upheld", huge, "crashed", "memory"),
        ("upheld", flood, "crashed", "flooded"),
        ("upheld", overflow, "crashed", "SIGABRT"),
        ("upheld", "let x: u32 = \"\";", "does_not_compile", "mismatched types"),
        ("upheld", "std::process::exit(0)", "breaks_policy", "std::process"),
        // Nobody reports success by any other way than one complete report.
        ("silent", "", "crashed", "without a report"),
        ("garbage", "", "crashed", "not a message"),
        ("twice", "", "crashed", "more than one report"),
        ("after", "", "crashed", "follows the report"),
        ("forged_nonce", "", "crashed", "not an answer to this plan"),
        ("exit", "", "crashed", "exit code 7"),
        // What ran away says who did, in which section, and where it was last seen.
        ("endless", "", "timed_out", "P1 ran on in its entry section; the last access"),
        ("overflow", "", "crashed", "P0 used up its stack in its exit section; the last access"),
    ] {
        let folder = submission(&solution(script, entry));
        let (result, code) = graded(folder.path(), &["--cpu-seconds", "1"]);
        let text = result.to_string();
        assert_eq!(result["state"], state, "{script} {entry}: {text}");
        assert_eq!(result["points"], 0, "{script} {entry}");
        assert_eq!(code, 0, "{script} {entry}");
        assert!(text.contains(words), "{script} {entry}: {text}");
    }
}

#[test]
fn a_violation_of_the_policy_names_file_line_and_rule() {
    let folder = submission("use harness::prelude::*;\nuse std::sync::Mutex;\n");
    grader().arg("grade").arg(folder.path()).assert().success().stdout(contains(
        "peterson.rs:2:16: [library] `std::sync::Mutex`: the harness cannot see it",
    ));
}

#[test]
fn the_same_violation_in_many_lines_is_one_message() {
    let text = format!("use harness::prelude::*;\n{}", "use std::sync::Mutex;\n".repeat(30));
    let (result, _) = graded(submission(&text).path(), &[]);
    let problems = result["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{result}");
    let text = problems[0]["text"].as_str().unwrap();
    assert!(
        text.ends_with("(also in lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 19 more)"),
        "{text}"
    );
}

#[test]
fn code_that_ran_away_is_shown_at_its_last_access() {
    let folder = submission(&solution("endless", ""));
    grader()
        .arg("grade")
        .arg(folder.path())
        .assert()
        .success()
        .stdout(contains("  peterson.rs:6: P1 ran on in its entry section; the last access"));
}

#[test]
fn orderings_that_mend_are_named_by_place_and_call() {
    let folder = submission(&solution("weak", ""));
    let grade = |format: &str| {
        grader().arg("grade").arg(folder.path()).args(["--format", format]).assert().success()
    };
    grade("human")
        .stdout(contains("peterson.rs:7:12: self.flag[me].store: SeqCst instead of Relaxed"));
    grade("markdown").stdout(contains(
        "- `peterson.rs:7:12`: `self.flag[me].store` with `SeqCst` instead of `Relaxed`",
    ));
}

#[test]
fn a_counterexample_that_is_run_again_is_shown_or_gone() {
    let scene = "cpp20/datum/1,1/s1:2:0.1";
    let replay = |script: &str| {
        let folder = submission(&solution(script, ""));
        let arguments = ["replay", "--scene", scene, "--source"];
        grader().args(arguments).arg(folder.path()).assert().success()
    };
    replay("overlap").stdout("P0 | P1\nboth are inside\n");
    replay("upheld").stdout(contains("The counterexample does not occur with this code: "));
}

#[test]
fn compiler_errors_name_the_place_in_the_students_own_tree() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "peterson/Cargo.toml", "this is not read at all");
    write(folder.path(), "peterson/build.rs", "fn main() { panic!() }");
    write(folder.path(), "peterson/src/lib.rs", "mod lock;\npub use lock::Peterson;\n");
    write(folder.path(), "peterson/src/lock.rs", solution("upheld", "1 + true;"));
    let (result, _) = graded(folder.path(), &[]);
    assert_eq!(result["state"], "does_not_compile");
    assert_eq!(result["problems"][0]["file"], "peterson/src/lock.rs");
    assert_eq!(result["problems"][0]["line"], 6);
    let text = result.to_string();
    let base = fs::canonicalize(folder.path()).unwrap();
    assert!(!text.contains(base.to_str().unwrap()) && !text.contains("/tmp"), "{text}");
    write(folder.path(), "peterson/src/lock.rs", solution("upheld", ""));
    assert_eq!(graded(folder.path(), &[]).0["points"], 100);
}

#[test]
fn what_is_not_rust_is_explained_by_the_compiler() {
    let folder = submission("pub struct Peterson {\n    flag: u8,\n");
    let (result, _) = graded(folder.path(), &[]);
    assert_eq!(result["state"], "does_not_compile");
    assert!(
        result["problems"][0]["text"].as_str().unwrap().contains("unclosed delimiter"),
        "{result}"
    );
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "peterson.rs", b"// caf\xe9\npub struct Peterson;\n");
    let (result, _) = graded(folder.path(), &[]);
    assert_eq!(result["state"], "does_not_compile");
    assert!(result.to_string().contains("UTF-8"), "{result}");
}

#[test]
fn a_missing_type_is_explained() {
    for (text, words) in [
        ("pub struct Petersen;", "there is no type `Peterson`"),
        ("struct Peterson;", "is not public"),
        ("pub struct Peterson;", "does not implement `CriticalSection`"),
        ("pub struct Peterson<T>(T);", "without parameters"),
    ] {
        let folder = submission(text);
        let (result, _) = graded(folder.path(), &[]);
        assert_eq!(result["state"], "does_not_compile", "{text}");
        assert!(
            result["problems"][0]["text"].as_str().unwrap().contains(words),
            "{text}: {result}"
        );
    }
}

#[test]
fn unsafe_code_is_forbidden_by_the_compiler_too() {
    // The policy check refuses this already; the compiler must as well if ever it is got around.
    let folder = submission("#![allow(unsafe_code)] fn f() { unsafe {} }");
    assert_eq!(graded(folder.path(), &[]).0["state"], "breaks_policy");
}

#[test]
fn links_out_of_the_submission_are_refused() {
    let outside = submission(&solution("upheld", ""));
    let folder = tempfile::tempdir().unwrap();
    symlink(outside.path().join("peterson.rs"), folder.path().join("peterson.rs")).unwrap();
    let (result, _) = graded(folder.path(), &[]);
    assert_eq!(result["state"], "breaks_policy");
    assert_eq!(result["problems"][0]["rule"], "files");
}

#[test]
fn an_empty_folder_says_what_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Petersen.rs", "");
    let (result, code) = graded(folder.path(), &[]);
    assert_eq!((result["state"].as_str(), code), (Some("nothing_submitted"), 0));
    let text = result["problems"][0]["text"].as_str().unwrap();
    assert!(text.contains("rename it to `peterson.rs`"), "{text}");
}

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

/// A class with every kind of name and of end.
fn class() -> TempDir {
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

fn batch(class: &Path, out: &Path) -> Command {
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
    let report = fs::read_to_string(out.path().join("reports/b%20c.md")).unwrap();
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

#[test]
fn a_counterexample_is_printed_step_by_step() {
    let class = class();
    let out = tempfile::tempdir().unwrap();
    batch(class.path(), out.path()).args(["--assignment", "peterson"]).assert().success();
    let result = |key: &str| out.path().join("results").join(key).join("peterson.json");
    grader()
        .arg("replay")
        .arg(result("b%20c"))
        .assert()
        .success()
        .stdout(contains("     P0  ── calls entry_section ──\n"))
        .stdout(contains("  1  P0  flag[0].store(true, Relaxed)  (peterson.rs:7)"))
        .stdout(contains("→ 2  P1  flag[0].load(Relaxed) = false"))
        .stdout(contains("↳ a stale read"));
    grader().arg("replay").arg(result("anna")).assert().code(4);
    grader()
        .arg("replay")
        .arg(result("b%20c"))
        .args(["--criterion", "progress"])
        .assert()
        .code(4)
        .stderr(contains("violated is: mutual exclusion"));
    grader().arg("replay").arg(class.path().join("anna/peterson.rs")).assert().code(4);
}

#[test]
fn the_table_is_measured_from_the_references() {
    grader()
        .arg("table")
        .assert()
        .success()
        .stdout(contains("peterson    2          ✓ (✓)"))
        .stdout(contains("1 (1)"));
    let output = grader().args(["table", "--format", "json"]).output().unwrap();
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows[1]["assignment"], "peterson");
    assert_eq!(rows[1]["criteria"][1]["criterion"], "progress");
    assert_eq!(rows[1]["criteria"][1]["measured"], "upheld");
    let command = "grader grade reference/src/peterson.rs --assignment peterson";
    assert_eq!(rows[1]["command"], command);
}

#[test]
fn nothing_is_coloured_unless_a_terminal_reads_it() {
    let folder = submission(&solution("overlap", ""));
    let output = grader().arg("grade").arg(folder.path()).output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
    let output =
        grader().arg("grade").arg(folder.path()).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(output.stdout.contains(&0x1b));
}
