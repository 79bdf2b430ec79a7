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
    let tables: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = &tables["algorithms"];
    assert_eq!(rows[1]["assignment"], "peterson");
    assert_eq!(rows[1]["criteria"][1]["criterion"], "progress");
    assert_eq!(rows[1]["criteria"][1]["measured"], "upheld");
    let command = "grader grade reference/src/peterson.rs --assignment peterson";
    assert_eq!(rows[1]["command"], command);
    assert_eq!(tables["methods"][2]["method"], "signal");
}

#[test]
fn the_methods_of_message_passing_are_compared_by_experiments() {
    // No course is needed for it.
    let table = || {
        let mut command = grader();
        command.env("GRADER_COURSE", "/nowhere").args(["table", "methods"]);
        command
    };
    table().assert().success().stdout(include_str!("methods.txt"));
    table()
        .arg("--explain")
        .assert()
        .success()
        .stdout(contains("blocking of anonymous pipe: receive waits while empty; "))
        .stdout(contains("\n  P1 read(3, 8192 bytes) → waits\n"))
        .stdout(contains("\n    P1 goes on → 4096: message 1\n"))
        .stdout(contains("duplex of signal (real-time): one way to each"));
    let markdown = table().args(["--format", "markdown"]).output().unwrap();
    let markdown = String::from_utf8(markdown.stdout).unwrap();
    assert!(markdown.starts_with("|  | anonymous pipe | named pipe | signal |"), "{markdown}");
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 10);
    let json = table().args(["--format", "json"]).output().unwrap();
    let tables: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(tables.get("algorithms").is_none());
    let cells = tables["methods"].as_array().unwrap();
    assert_eq!(cells.len(), 5 * 8);
    let duplex = cells.iter().find(|cell| cell["property"] == "duplex").unwrap();
    assert_eq!(duplex["found"], "one way (an answer: EBADF)");
    assert_eq!(duplex["experiments"][0]["calls"][0], "P0 pipe() → 0: [3, 4]");
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
