//! The other commands, and how they print.

use assert_cmd::assert::OutputAssertExt as _;
use predicates::str::contains;
use serde_json::Value;

use crate::batch::{batch, class};
use crate::{grader, solution, submission};

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
