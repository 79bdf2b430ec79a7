//! The class at a glance: Markdown for people and CSV for everything else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use harness::runner::{Criterion, Verdict};

use super::markdown::{inline, points};
use super::{harmless_line, word};
use crate::result::{GradingResult, State};
use crate::rubric::{CRITERIA, title};

/// The overview in Markdown. The results are in the order of the table.
pub(crate) fn markdown(results: &[GradingResult]) -> String {
    let mut out = String::from("# Overview\n\n");
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for result in results {
        *states.entry(result.state).or_default() += 1;
    }
    for (state, count) in &states {
        line(&mut out, &format!("- {count} {}", state.words()));
    }
    out.push('\n');
    line(
        &mut out,
        "| student | assignment | points | state | mutual exclusion | progress | bounded waiting | look at |",
    );
    line(&mut out, "| --- | --- | ---: | --- | --- | --- | --- | --- |");
    for result in results {
        let mut row = format!(
            "| {} | {} | {} of {} | {} ",
            inline(student(result)),
            inline(&result.assignment),
            points(result),
            result.points_max,
            result.state.words()
        );
        for criterion in CRITERIA {
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
        line(&mut out, &format!("{row}| {} |", inline(&result.flags.join("; "))));
    }
    out
}

/// The overview as CSV. A cell that a spreadsheet would take for a formula begins with `'`.
pub(crate) fn csv(results: &[GradingResult]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<String> = ["student", "key", "assignment", "points", "max", "state"]
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    for criterion in CRITERIA {
        let name = title(criterion).replace(' ', "_");
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
        for criterion in CRITERIA {
            let found = result.criterion(criterion);
            row.push(found.map_or_else(String::new, |found| word(&found.cpp20).to_owned()));
            row.push(found.map_or_else(String::new, |found| word(&found.sequential).to_owned()));
        }
        row.push(bypass(result).map_or_else(String::new, |bypass| bypass.to_string()));
        row.push(cell(&result.flags.join("; ")));
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
