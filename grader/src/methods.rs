//! The course's table of the methods of message passing: what experiments on the simulated kernel find, and with
//! which calls.

use std::fmt::Write as _;

use harness::methods::{Cell, Method, Property, Simulation, cell};
use serde::Serialize;

/// One property of one method.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    method: String,
    property: String,
    found: String,
    /// One for each kind of the method.
    experiments: Vec<Experiment>,
}

/// How it was found.
#[derive(Debug, Serialize)]
struct Experiment {
    /// Empty if there is one only.
    kind: &'static str,
    found: String,
    calls: Vec<String>,
}

impl Entry {
    fn new(cell: Cell) -> Self {
        let experiments = cell.trials.into_iter().map(|trial| Experiment {
            kind: trial.kind,
            found: trial.says,
            calls: trial.steps,
        });
        Self {
            method: cell.method.to_string(),
            property: cell.property.to_string(),
            found: cell.says,
            experiments: experiments.collect(),
        }
    }
}

/// Makes all experiments: the entries of the table, row by row.
pub(crate) fn entries() -> Vec<Entry> {
    let mut machine = Simulation::default();
    let mut entries = Vec::new();
    for property in Property::ALL {
        for method in Method::ALL {
            entries.push(Entry::new(cell(&mut machine, method, property)));
        }
    }
    entries
}

const LEGEND: &str = "Found by experiments on the simulated kernel: processes of one user, queues of POSIX, sockets of AF_UNIX.";
const CALLS: &str = "The calls of each: grader table methods --explain";
const CHECK: &str = "The same experiments on this machine's Linux, compared call by call: cargo test -p tests --test methods";

/// Characters of a cell on a terminal, where a space allows it.
const WIDTH: usize = 24;

fn rows(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunks(Method::ALL.len())
}

fn header(entries: &[Entry]) -> Vec<String> {
    let methods = entries.iter().take(Method::ALL.len()).map(|entry| entry.method.clone());
    std::iter::once(String::new()).chain(methods).collect()
}

fn texts(row: &[Entry]) -> Vec<String> {
    let property = row.iter().take(1).map(|entry| entry.property.clone());
    property.chain(row.iter().map(|entry| entry.found.clone())).collect()
}

/// The lines of a cell: a new one after each semicolon, and where it would be too long.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.split_inclusive("; ") {
        let mut line = String::new();
        for word in part.split_whitespace() {
            // What hangs over is set in, so that it is seen where the next part begins.
            if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut line, " ".to_owned()));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The table for a terminal, and how it was found if that is asked for.
pub(crate) fn text(entries: &[Entry], explain: bool) -> String {
    let rows: Vec<Vec<Vec<String>>> = std::iter::once(header(entries))
        .chain(rows(entries).map(texts))
        .map(|row| row.iter().map(|text| wrapped(text)).collect())
        .collect();
    let mut widths = vec![0; Method::ALL.len() + 1];
    for row in &rows {
        for (width, lines) in widths.iter_mut().zip(row) {
            let longest = lines.iter().map(|line| line.chars().count()).max();
            *width = longest.unwrap_or(0).max(*width);
        }
    }
    let mut out = String::new();
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        for at in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
            let mut whole = String::new();
            for (lines, width) in row.iter().zip(&widths) {
                let line = lines.get(at).map_or("", String::as_str);
                write!(whole, "{line:<width$}  ").expect(INFALLIBLE);
            }
            writeln!(out, "{}", whole.trim_end()).expect(INFALLIBLE);
        }
    }
    writeln!(out, "\n{LEGEND}").expect(INFALLIBLE);
    if explain {
        explained(&mut out, entries);
    } else {
        writeln!(out, "{CALLS}").expect(INFALLIBLE);
    }
    writeln!(out, "{CHECK}").expect(INFALLIBLE);
    out
}

/// The table in Markdown, and how it was found if that is asked for.
pub(crate) fn markdown(entries: &[Entry], explain: bool) -> String {
    let header = header(entries);
    let mut out = format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len()));
    for row in rows(entries) {
        writeln!(out, "| {} |", texts(row).join(" | ").replace("; ", ";<br>")).expect(INFALLIBLE);
    }
    writeln!(out, "\n{LEGEND}").expect(INFALLIBLE);
    if explain {
        out.push_str("\n```text\n");
        explained(&mut out, entries);
        out.push_str("```\n");
    }
    writeln!(out, "\n```text\n{CHECK}\n```").expect(INFALLIBLE);
    out
}

fn explained(out: &mut String, entries: &[Entry]) {
    for entry in entries {
        for experiment in &entry.experiments {
            let kind = match experiment.kind {
                "" => String::new(),
                kind => format!(" ({kind})"),
            };
            let (method, property) = (&entry.method, &entry.property);
            writeln!(out, "\n{property} of {method}{kind}: {}", experiment.found)
                .expect(INFALLIBLE);
            for call in &experiment.calls {
                let call = if call.is_empty() { "-- anew --" } else { call };
                writeln!(out, "  {call}").expect(INFALLIBLE);
            }
        }
    }
    out.push('\n');
}

const INFALLIBLE: &str = "writing to a string does not fail";
