//! One submission: from whatever a student hands in to a state, to problems that are named, to points.

use std::fs;
use std::os::unix::fs::symlink;

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;

use crate::{graded, grader, solution, submission, write};

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
