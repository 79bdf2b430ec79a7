//! The report for a student, as Markdown: readable as it is, and rendered by any forge. What the
//! student wrote stands escaped or in a fence that it cannot break, and names nobody.

use std::fmt::Write as _;

use harness::runner::Verdict;

use super::{
    count, evidence_after, harmless, harmless_line, layer_cells, mended_call, stack_points,
    stack_replay, stack_witness, word,
};
use crate::points::Points;
use crate::result::{CriterionResult, GradingResult, Outcome, StackResult, State};
use crate::rubric::title;
use crate::score::capital;
use crate::submission::near_miss;

/// The report of all results of one student, or of one submission.
pub(crate) fn report(heading: Option<&str>, results: &[&GradingResult]) -> String {
    let mut out = String::new();
    if let Some(heading) = heading {
        line(&mut out, &format!("# {}\n", inline(heading)));
    }
    let (missing, there): (Vec<&GradingResult>, Vec<&GradingResult>) =
        results.iter().partition(|result| results.len() > 1 && is_missing(result));
    if there.len() > 1 {
        line(&mut out, "| assignment | points | state |\n| --- | ---: | --- |");
        for result in &there {
            line(
                &mut out,
                &format!(
                    "| {} | {} of {} | {} |",
                    inline(&result.assignment),
                    points(result),
                    result.points_max,
                    result.state.words()
                ),
            );
        }
        out.push('\n');
    }
    not_submitted(&mut out, &missing);
    for result in there {
        one(&mut out, result);
    }
    out
}

/// Whether nothing was submitted.
pub(crate) fn is_missing(result: &GradingResult) -> bool {
    result.state == State::NothingSubmitted
}

/// What was not submitted, in one paragraph; a line more for each file that may have been meant.
fn not_submitted(out: &mut String, missing: &[&GradingResult]) {
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing.iter().map(|result| code(&result.assignment)).collect();
    let worth = missing.iter().fold(Points::ZERO, |sum, result| sum + result.points_max);
    let what = count(missing.len() as u64, "assignment");
    let names = names.join(", ");
    line(out, &format!("Nothing was submitted for {what} (0 of {worth} points): {names}.\n"));
    let hints = missing.iter().filter_map(|result| Some((*result, misnamed(result)?)));
    let hints: Vec<String> = hints
        .map(|(result, hint)| format!("- {}: {}", code(&result.assignment), prose(hint)))
        .collect();
    if !hints.is_empty() {
        line(out, &format!("{}\n", hints.join("\n")));
    }
}

/// What was found in the place of a submission that is missing: a file under nearly its name.
pub(crate) fn misnamed(result: &GradingResult) -> Option<&str> {
    result.problems.iter().find_map(|problem| near_miss(&problem.text))
}

/// Points for people: a dash where there is no mark.
pub(crate) fn points(result: &GradingResult) -> String {
    result.points.map_or_else(|| "–".to_owned(), |points| points.to_string())
}

fn one(out: &mut String, result: &GradingResult) {
    line(
        out,
        &format!(
            "## {} – {} of {} points\n\n**{}.** {}\n",
            inline(&result.title),
            points(result),
            result.points_max,
            capital(result.state.words()),
            prose(&result.summary)
        ),
    );
    for problem in &result.problems {
        let place = problem.place().map_or_else(String::new, |place| code(&place));
        let rule = problem.rule.as_ref().map_or_else(String::new, |rule| format!(" ({rule})"));
        if problem.text.contains('\n') {
            let (first, rest) = problem.text.split_once('\n').expect("it has a line break");
            if problem.file.is_some() {
                line(out, &format!("- {place}{rule}\n\n{}", fence(&problem.text)));
            } else {
                line(out, &format!("- {}\n\n{}", prose(first), fence(rest)));
            }
        } else {
            let colon = if problem.file.is_some() { ": " } else { "" };
            line(out, &format!("- {place}{rule}{colon}{}", prose(&problem.text)));
        }
    }
    if !result.problems.is_empty() {
        out.push('\n');
    }
    if !result.criteria.is_empty() {
        line(
            out,
            if result.shares_memory {
                "| criterion | points | C++20 memory | sequential consistency |\n\
                 | --- | ---: | --- | --- |"
            } else {
                "| criterion | points | verdict |\n| --- | ---: | --- |"
            },
        );
        for criterion in &result.criteria {
            let points = if criterion.points_max == Points::ZERO {
                "not counted".to_owned()
            } else {
                format!("{} of {}", criterion.points, criterion.points_max)
            };
            let sequential = if result.shares_memory {
                format!(" {} |", cell(&criterion.sequential, Some(&criterion.cpp20)))
            } else {
                String::new()
            };
            let (name, verdict) = (title(criterion.criterion), cell(&criterion.cpp20, None));
            line(out, &format!("| {name} | {points} | {verdict} |{sequential}"));
        }
        out.push('\n');
        for criterion in &result.criteria {
            explain(out, criterion);
        }
    }
    if let Some(stack) = &result.stack {
        explain_stack(out, &result.assignment, stack);
    }
    if !result.mends.is_empty() {
        line(out, "These stronger orderings together would mend it (found by trying):\n");
        for mend in &result.mends {
            let (place, call) = mended_call(mend);
            line(
                out,
                &format!(
                    "- {}: {} with {} instead of {}",
                    code(&place),
                    code(&call),
                    code(&mend.to),
                    code(&mend.from)
                ),
            );
        }
        out.push('\n');
    }
}

fn explain(out: &mut String, criterion: &CriterionResult) {
    let earned = matches!(criterion.outcome, Outcome::Upheld | Outcome::FailsAsItShould);
    if earned && criterion.outcome == Outcome::Upheld {
        return;
    }
    line(
        out,
        &format!(
            "### {}\n\n{}\n",
            capital(title(criterion.criterion)),
            prose(&criterion.explanation)
        ),
    );
    if earned || criterion.points_max == Points::ZERO {
        return;
    }
    if let Verdict::Violated { witness } = &criterion.cpp20 {
        let shown = format!(
            "{}\n\nto see it again: grader replay --source <your file> --scene \\\n    {}",
            witness.drawing.trim_end(),
            witness.replay
        );
        line(out, &fence(&shown));
    }
}

/// The student's own layers together: a line for each, and the counterexample where the fault is.
fn explain_stack(out: &mut String, assignment: &str, stack: &StackResult) {
    let points = stack_points(stack);
    let summary = prose(&stack.summary);
    line(out, &format!("### Your own layers together ({points})\n\n{summary}\n"));
    for layer in &stack.layers {
        let cells: Vec<String> =
            layer_cells(layer).map(|(name, cell)| format!("{name} {cell}")).collect();
        let cells =
            if cells.is_empty() { layer.state.words().to_owned() } else { cells.join("; ") };
        line(out, &format!("- {}: {}", code(&layer.type_name), prose(&cells)));
    }
    if !stack.layers.is_empty() {
        out.push('\n');
    }
    for problem in stack.layers.last().into_iter().flat_map(|layer| &layer.problems) {
        let place = problem.place().map_or_else(String::new, |place| format!("{place}: "));
        line(out, &fence(&format!("{place}{}", problem.text)));
    }
    if let Some((layer, witness)) = stack_witness(stack) {
        let again = stack_replay(assignment, layer);
        let shown = format!(
            "{}\n\nto see it again: {again} \\\n    {}",
            witness.drawing.trim_end(),
            witness.replay
        );
        line(out, &fence(&shown));
    }
}

/// A verdict in a table. What was said `before` of the other memory is not said again.
fn cell(verdict: &Verdict, before: Option<&Verdict>) -> String {
    let sign = match verdict {
        Verdict::Upheld { .. } => "✓",
        Verdict::Violated { .. } => "✗",
        Verdict::Unknown { .. } => "?",
    };
    let found = table_prose(&evidence_after(verdict, before));
    format!("{sign} {}: {found}", word(verdict))
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

/// `text` as plain words on one line: no markup, no HTML, no table cells, no mentions.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::new();
    let text = harmless_line(text);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // A mention or a reference only takes effect right before a word.
            '@' | '#' => {
                out.push(c);
                out.push('\u{200b}');
            }
            // Bare addresses become links.
            ':' if text[at..].starts_with("://") || is_scheme(&text[..at]) => {
                out.push_str("&#58;");
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether `before` a colon stands what makes an address of the word behind it, without slashes.
fn is_scheme(before: &str) -> bool {
    let schemes = ["javascript", "data", "mailto", "xmpp", "tel"];
    let before = before.to_ascii_lowercase();
    schemes.iter().any(|scheme| before.ends_with(scheme))
}

/// `text` as plain words, but what stands between two backticks as code.
fn prose(text: &str) -> String {
    with_code(text, code)
}

/// The same in a table, whose rows are cut at every bar, be it in code or not.
pub(crate) fn table_prose(text: &str) -> String {
    with_code(text, |text| code(text).replace('|', "\\|"))
}

fn with_code(text: &str, code: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_code(rest) {
        out.push_str(&inline(before));
        out.push_str(&code(inside));
        rest = after;
    }
    out + &inline(rest)
}

/// The next part of `text` between two backticks, with what stands before and behind it.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (inside, after) = rest.split_once('`')?;
    let is_code = !inside.trim().is_empty() && !inside.contains('\n');
    is_code.then_some((before, inside, after))
}

/// `text` as code on one line.
fn code(text: &str) -> String {
    let text = harmless_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// `text` in a fence that is longer than any run of backticks in it.
fn fence(text: &str) -> String {
    let text = harmless(text);
    let ticks = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{ticks}text\n{}\n{ticks}\n", text.trim_end())
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{code, fence, inline, one, prose, table_prose};

    /// The table of criteria in the report on a result that says this of memory.
    fn table(shares_memory: Option<bool>) -> Vec<String> {
        let upheld = json!({
            "verdict": "upheld", "evidence": [], "bypass": null, "doorway": null
        });
        let mut result = json!({
            "schema": 1, "grader": "", "digest": "", "isolation": "limits", "assignment": "signal",
            "title": "Signals", "processes": [2], "entries": 2, "seed": 0, "state": "graded",
            "points": 60, "points_max": 60, "summary": "", "problems": [], "mends": [], "flags": [],
            "files": [], "criteria": [{
                "criterion": "mutual_exclusion", "points": 60, "points_max": 60, "outcome": "upheld",
                "explanation": "", "cpp20": upheld, "sequential": upheld
            }]
        });
        if let Some(shares_memory) = shares_memory {
            result["shares_memory"] = Value::Bool(shares_memory);
        }
        let mut out = String::new();
        one(&mut out, &serde_json::from_value(result).expect("it is a result"));
        out.lines().filter(|line| line.starts_with('|')).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn where_no_memory_is_shared_there_is_one_verdict() {
        for (shares_memory, columns) in [(None, 4), (Some(true), 4), (Some(false), 3)] {
            let table = table(shares_memory);
            assert_eq!(table.len(), 3, "{table:?}");
            for line in &table {
                assert_eq!(line.matches('|').count(), columns + 1, "{line}");
            }
            assert_eq!(table[0].contains("C++20"), columns == 4, "{table:?}");
        }
    }

    #[test]
    fn what_students_write_stays_text() {
        for (text, expected) in [
            ("a_b*c", "a\\_b\\*c"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("a | b\nc", "a \\| b c"),
            ("@teacher #12", "@\u{200b}teacher #\u{200b}12"),
            ("[x](javascript:y)", "\\[x\\](javascript&#58;y)"),
            ("see https://x", "see https&#58;//x"),
            ("lib.rs:14: a::b", "lib.rs:14: a::b"),
            ("state: `std::sync`", "state: \\`std::sync\\`"),
            ("<!-- marker -->", "&lt;\\!-- marker --&gt;"),
        ] {
            assert_eq!(inline(text), expected);
        }
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        for (text, expected) in [
            ("state: `std::sync`", "state: `std::sync`"),
            ("`a_b` and c_d", "`a_b` and c\\_d"),
            ("one ` alone", "one \\` alone"),
            ("`<b>` <b> `", "`<b>` &lt;b&gt; \\`"),
            ("`` x", "\\`\\` x"),
            ("a `b\nc` d", "a \\`b c\\` d"),
        ] {
            assert_eq!(prose(text), expected);
        }
        assert_eq!(prose("`a|b` | c"), "`a|b` \\| c");
        assert_eq!(table_prose("`a|b` | c"), "`a\\|b` \\| c");
    }

    #[test]
    fn no_fence_can_be_broken() {
        assert_eq!(fence("a\n```\n# out"), "````text\na\n```\n# out\n````\n");
        assert_eq!(fence("plain"), "```text\nplain\n```\n");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
