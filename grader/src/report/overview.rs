//! The class at a glance: Markdown for people and CSV for everything else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use harness::runner::{Criterion, Verdict};

use super::markdown::{inline, is_missing, misnamed, points, table_prose};
use super::{harmless_line, word};
use crate::batch::Item;
use crate::result::{GradingResult, State};
use crate::rubric::{CRITERIA, EVERY_CRITERION, key, title};

/// The column of the state in the CSV.
const STATE: usize = 5;

/// The state of what has no result yet.
const NO_RESULT: &str = "no result yet";

/// How to get the results that are missing.
pub(crate) const GO_ON: &str =
    "give the same `grader batch` command again: it keeps what is done and grades the rest";

/// What has no result yet, in one line.
pub(crate) fn incomplete(done: usize, missing: &[Item]) -> String {
    const NAMED_MAX: usize = 20;
    let mut names: Vec<String> = missing
        .iter()
        .take(NAMED_MAX)
        .map(|item| format!("{} {}", harmless_line(&item.student.name), item.assignment))
        .collect();
    if missing.len() > NAMED_MAX {
        names.push(format!("and {} more", missing.len() - NAMED_MAX));
    }
    let all = done + missing.len();
    let have = if missing.len() == 1 { "has" } else { "have" };
    format!("{} of {all} submissions {have} no result yet: {}", missing.len(), names.join(", "))
}

/// The overview in Markdown. The results are in the order of the table; what is missing stands
/// behind them, and what was not submitted at the end, a row for each student.
pub(crate) fn markdown(results: &[GradingResult], missing: &[Item]) -> String {
    let mut out = String::from("# Overview\n\n");
    if !missing.is_empty() {
        let note = inline(&incomplete(results.len(), missing));
        line(&mut out, &format!("**Incomplete:** {note}. To go on, {GO_ON}.\n"));
    }
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for result in results {
        *states.entry(result.state).or_default() += 1;
    }
    for (state, count) in &states {
        line(&mut out, &format!("- {count} {}", state.words()));
    }
    if !missing.is_empty() {
        line(&mut out, &format!("- {} {NO_RESULT}", missing.len()));
    }
    out.push('\n');
    // Only the criteria that some assignment of this class has.
    let criteria: Vec<Criterion> = EVERY_CRITERION
        .into_iter()
        .filter(|&criterion| {
            CRITERIA.contains(&criterion)
                || results.iter().any(|result| result.criterion(criterion).is_some())
        })
        .collect();
    let titles: Vec<&str> = criteria.iter().map(|&criterion| title(criterion)).collect();
    line(
        &mut out,
        &format!("| student | assignment | points | state | {} | look at |", titles.join(" | ")),
    );
    let rules = " --- |".repeat(criteria.len());
    line(&mut out, &format!("| --- | --- | ---: | --- |{rules} --- |"));
    for result in results.iter().filter(|result| !is_missing(result)) {
        let mut row = format!(
            "| {} | {} | {} of {} | {} ",
            inline(student(result)),
            inline(&result.assignment),
            points(result),
            result.points_max,
            result.state.words()
        );
        for &criterion in &criteria {
            let cell = result.criterion(criterion).map_or_else(String::new, |found| {
                let (cpp20, sequential) = (word(&found.cpp20), word(&found.sequential));
                if cpp20 == sequential {
                    cpp20.to_owned()
                } else {
                    format!("{cpp20} (sequentially {sequential})")
                }
            });
            write!(row, "| {cell} ").expect("writing to a string does not fail");
        }
        line(&mut out, &format!("{row}| {} |", table_prose(&result.flags.join("; "))));
    }
    for Item { student, assignment } in missing {
        let (student, assignment) = (inline(&student.name), inline(assignment));
        let empty = " |".repeat(criteria.len() + 1);
        line(&mut out, &format!("| {student} | {assignment} | – | {NO_RESULT} |{empty}"));
    }
    not_submitted(&mut out, results);
    out
}

/// Who did not submit what: a row for each student. What may have been meant is worth a look.
fn not_submitted(out: &mut String, results: &[GradingResult]) {
    let mut students: BTreeMap<&str, Vec<&GradingResult>> = BTreeMap::new();
    for result in results {
        let key = result.student.as_ref().map_or("", |student| student.key.as_str());
        students.entry(key).or_default().push(result);
    }
    students.retain(|_, results| results.iter().any(|result| is_missing(result)));
    if students.is_empty() {
        return;
    }
    line(out, "\n## Nothing submitted\n\n| student | assignments | look at |\n| --- | --- | --- |");
    for results in students.into_values() {
        let missing: Vec<&GradingResult> =
            results.iter().copied().filter(|result| is_missing(result)).collect();
        let names: Vec<String> = missing.iter().map(|result| inline(&result.assignment)).collect();
        let all = if missing.len() == results.len() { "all: " } else { "" };
        let hints: Vec<String> = missing
            .iter()
            .filter_map(|result| Some(format!("`{}`: {}", result.assignment, misnamed(result)?)))
            .collect();
        let (student, hints) = (inline(student(missing[0])), table_prose(&hints.join("; ")));
        line(out, &format!("| {student} | {all}{} | {hints} |", names.join(", ")));
    }
}

/// The overview as CSV. A cell that a spreadsheet would take for a formula begins with `'`.
pub(crate) fn csv(results: &[GradingResult], missing: &[Item]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<String> = ["student", "key", "assignment", "points", "max", "state"]
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    for criterion in EVERY_CRITERION {
        let name = key(criterion);
        header.push(format!("{name}_cpp20"));
        header.push(format!("{name}_sequential"));
    }
    header.extend(["bypass".to_owned(), "flags".to_owned()]);
    let fine = "writing to memory does not fail";
    table.write_record(&header).expect(fine);
    for result in results {
        let key = result.student.as_ref().map_or("", |student| student.key.as_str());
        let mut row = vec![
            cell(student(result)),
            cell(key),
            cell(&result.assignment),
            result.points.map_or_else(String::new, |points| points.to_string()),
            result.points_max.to_string(),
            result.state.words().to_owned(),
        ];
        for criterion in EVERY_CRITERION {
            let found = result.criterion(criterion);
            row.push(found.map_or_else(String::new, |found| word(&found.cpp20).to_owned()));
            row.push(found.map_or_else(String::new, |found| word(&found.sequential).to_owned()));
        }
        row.push(bypass(result).map_or_else(String::new, |bypass| bypass.to_string()));
        row.push(cell(&result.flags.join("; ")));
        table.write_record(&row).expect(fine);
    }
    for Item { student, assignment } in missing {
        let mut row = vec![cell(&student.name), cell(&student.key), cell(assignment)];
        row.resize(header.len(), String::new());
        NO_RESULT.clone_into(&mut row[STATE]);
        table.write_record(&row).expect(fine);
    }
    table.into_inner().expect(fine)
}

/// The largest bypass that was measured under C++20 memory.
pub(crate) fn bypass(result: &GradingResult) -> Option<u32> {
    match &result.criterion(Criterion::BoundedWaiting)?.cpp20 {
        Verdict::Upheld { bypass, .. } => *bypass,
        Verdict::Violated { .. } | Verdict::Unknown { .. } => None,
    }
}

fn student(result: &GradingResult) -> &str {
    result.student.as_ref().map_or("", |student| student.name.as_str())
}

fn cell(text: &str) -> String {
    let text = harmless_line(text);
    if text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) {
        format!("'{text}")
    } else {
        text
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("-2", "'-2"),
            ("@x", "'@x"),
            ("+49", "'+49"),
            ("\t=1", " =1"),
            ("anna", "anna"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
