//! The course's table of algorithm properties, measured from the references and set beside what
//! theory says.

use std::fmt::Write as _;

use harness::runner::{Criterion, Report, Verdict};
use serde::Serialize;

use crate::report::word;
use crate::rubric::{CRITERIA, Rubric, Theory};

/// One assignment's row.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    assignment: String,
    processes: Vec<usize>,
    mutual_exclusion: Entry,
    progress: Entry,
    bounded_waiting: Entry,
    bypass: Option<u32>,
    expected_bypass: Option<u32>,
}

/// One criterion: measured and expected.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    measured: &'static str,
    expected: Theory,
}

impl Row {
    /// The row of an assignment whose reference measured `report`.
    pub(crate) fn new(assignment: &str, rubric: &Rubric, report: &Report) -> Self {
        let verdict = |criterion| {
            let found = report.criteria.iter().find(|found| found.criterion == criterion);
            &found.expect("a verified report has every criterion").cpp20
        };
        let entry = |criterion| Entry {
            measured: word(verdict(criterion)),
            expected: rubric.expected.of(criterion),
        };
        let [mutual_exclusion, progress, bounded_waiting] = CRITERIA.map(entry);
        Self {
            assignment: assignment.to_owned(),
            processes: rubric.processes.clone(),
            mutual_exclusion,
            progress,
            bounded_waiting,
            bypass: match verdict(Criterion::BoundedWaiting) {
                Verdict::Upheld { bypass, .. } => *bypass,
                Verdict::Violated { .. } | Verdict::Unknown { .. } => None,
            },
            expected_bypass: rubric.expected_bypass(),
        }
    }

    fn cells(&self) -> [String; 6] {
        let number = |bypass: Option<u32>| {
            bypass.map_or_else(|| "–".to_owned(), |bypass| bypass.to_string())
        };
        let entry = |entry: &Entry| {
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
        [
            self.assignment.clone(),
            processes.join(", "),
            entry(&self.mutual_exclusion),
            entry(&self.progress),
            entry(&self.bounded_waiting),
            format!("{} ({})", number(self.bypass), number(self.expected_bypass)),
        ]
    }
}

const HEADER: [&str; 6] =
    ["assignment", "processes", "mutual exclusion", "progress", "bounded waiting", "bypass"];
const LEGEND: &str =
    "Measured from the references under Rust's memory model; in brackets what theory says.";

/// The table for a terminal.
pub(crate) fn text(rows: &[Row]) -> String {
    let cells: Vec<[String; 6]> =
        std::iter::once(HEADER.map(ToOwned::to_owned)).chain(rows.iter().map(Row::cells)).collect();
    let mut widths = [0; 6];
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &cells {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            write!(line, "{cell:<width$}  ").expect("writing to a string does not fail");
        }
        writeln!(out, "{}", line.trim_end()).expect("writing to a string does not fail");
    }
    format!("{out}\n{LEGEND}\n")
}

/// The table in Markdown.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut out = format!("| {} |\n|{}\n", HEADER.join(" | "), " --- |".repeat(HEADER.len()));
    for row in rows {
        writeln!(out, "| {} |", row.cells().join(" | "))
            .expect("writing to a string does not fail");
    }
    format!("{out}\n{LEGEND}\n")
}
