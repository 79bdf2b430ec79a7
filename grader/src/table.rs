//! The course's table of algorithm properties, measured from the references and set beside what
//! theory says.

use std::fmt::Write as _;

use harness::runner::{Criterion, Profile, Report, Verdict, Waiting};
use serde::Serialize;

use crate::report::word;
use crate::rubric::{Rubric, Theory, key};

/// One assignment's row.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    assignment: String,
    processes: Vec<usize>,
    /// All criteria of the contract.
    criteria: Vec<Entry>,
    bypass: Option<u32>,
    expected_bypass: Option<u32>,
    /// How those wait who cannot go on.
    waiting: Option<Waiting>,
    /// What it needs of the machine or of the layer below.
    needs: Vec<String>,
    /// The command that shows what was measured.
    command: String,
}

/// One criterion: measured and expected.
#[derive(Debug, Serialize)]
struct Entry {
    criterion: Criterion,
    measured: &'static str,
    expected: Theory,
    /// The command that shows how it is violated.
    command: Option<String>,
}

/// Loads and stores: what every machine has.
const PLAIN: [&str; 4] = ["get", "load", "set", "store"];

impl Row {
    /// The row of an assignment whose reference, with its source in `source`, measured `report`.
    pub(crate) fn new(assignment: &str, rubric: &Rubric, report: &Report, source: &str) -> Self {
        let criteria = report.criteria.iter().map(|found| Entry {
            criterion: found.criterion,
            measured: word(&found.cpp20),
            expected: rubric.expected.of(found.criterion),
            command: match &found.cpp20 {
                Verdict::Violated { witness } => {
                    Some(format!("grader replay --scene {} --source {source}", witness.replay))
                }
                Verdict::Upheld { .. } | Verdict::Unknown { .. } => None,
            },
        });
        let waits = report
            .criteria
            .iter()
            .find(|found| found.criterion == Criterion::BoundedWaiting)
            .map(|found| &found.cpp20);
        let profile = report.profile.as_ref();
        Self {
            assignment: assignment.to_owned(),
            processes: rubric.processes.clone(),
            criteria: criteria.collect(),
            bypass: match waits {
                Some(Verdict::Upheld { bypass, .. }) => *bypass,
                _ => None,
            },
            expected_bypass: rubric.expected_bypass(),
            waiting: profile.and_then(|profile| profile.waiting),
            needs: profile.map_or_else(Vec::new, needs),
            command: format!("grader grade {source} --assignment {assignment}"),
        }
    }

    fn cells(&self) -> [String; COLUMNS] {
        let number = |bypass: Option<u32>| {
            bypass.map_or_else(|| "–".to_owned(), |bypass| bypass.to_string())
        };
        let entry = |criterion: Criterion| {
            let found = self.criteria.iter().find(|entry| entry.criterion == criterion);
            let Some(entry) = found else { return "–".to_owned() };
            let theory = match entry.expected {
                Theory::Upheld => "✓",
                Theory::Violated => "✗",
            };
            let measured = match entry.measured {
                "upheld" => "✓",
                "violated" => "✗",
                _ => "?",
            };
            format!("{measured} ({theory})")
        };
        let processes: Vec<_> = self.processes.iter().map(ToString::to_string).collect();
        let waiting = match self.waiting {
            Some(Waiting::Busy) => "busy",
            Some(Waiting::Asleep) => "asleep",
            None => "–",
        };
        [
            self.assignment.clone(),
            processes.join(", "),
            entry(Criterion::MutualExclusion),
            entry(Criterion::Progress),
            entry(Criterion::BoundedWaiting),
            format!("{} ({})", number(self.bypass), number(self.expected_bypass)),
            waiting.to_owned(),
            self.needs.join(", "),
        ]
    }

    fn commands(&self) -> Vec<String> {
        let shown = self.criteria.iter().filter_map(|entry| {
            let command = entry.command.as_ref()?;
            Some(format!("{}: {} is violated: {command}", self.assignment, key(entry.criterion)))
        });
        let all = format!("{}: {}", self.assignment, self.command);
        std::iter::once(all).chain(shown).collect()
    }
}

/// What a solution needs beyond loads and stores; these, if it needs nothing else.
fn needs(profile: &Profile) -> Vec<String> {
    let more: Vec<String> = profile
        .methods
        .iter()
        .filter(|method| !PLAIN.contains(&method.as_str()))
        // `guard enter` and `guard leave` are both the guard.
        .map(|method| method.split(' ').next().unwrap_or(method).to_owned())
        .collect();
    let mut more = more;
    more.dedup();
    if more.is_empty() { vec!["load, store".to_owned()] } else { more }
}

const COLUMNS: usize = 8;
const HEADER: [&str; COLUMNS] = [
    "assignment",
    "processes",
    "mutual exclusion",
    "progress",
    "bounded waiting",
    "bypass",
    "waiting",
    "needs",
];
const LEGEND: &str =
    "Measured from the references under Rust's memory model; in brackets what theory says.";

/// The table for a terminal.
pub(crate) fn text(rows: &[Row]) -> String {
    let header = HEADER.map(ToOwned::to_owned);
    let cells: Vec<_> = std::iter::once(header).chain(rows.iter().map(Row::cells)).collect();
    let mut widths = [0; COLUMNS];
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &cells {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            write!(line, "{cell:<width$}  ").expect(INFALLIBLE);
        }
        writeln!(out, "{}", line.trim_end()).expect(INFALLIBLE);
    }
    writeln!(out, "\n{LEGEND} The commands that show it:\n").expect(INFALLIBLE);
    for command in rows.iter().flat_map(Row::commands) {
        writeln!(out, "  {command}").expect(INFALLIBLE);
    }
    out
}

/// The table in Markdown.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut out = format!("| {} |\n|{}\n", HEADER.join(" | "), " --- |".repeat(HEADER.len()));
    for row in rows {
        writeln!(out, "| {} |", row.cells().join(" | ")).expect(INFALLIBLE);
    }
    writeln!(out, "\n{LEGEND} The commands that show it:\n\n```text").expect(INFALLIBLE);
    for command in rows.iter().flat_map(Row::commands) {
        writeln!(out, "{command}").expect(INFALLIBLE);
    }
    format!("{out}```\n")
}

const INFALLIBLE: &str = "writing to a string does not fail";
