//! The report for a student, as Markdown: readable as it is, and rendered by any forge. What the
//! student wrote stands escaped or in a fence that it cannot break, and names nobody.

use std::fmt::Write as _;

use harness::runner::Verdict;

use super::{
    evidence, harmless, harmless_line, layer_cells, mended_call, stack_points, stack_replay,
    stack_witness, word,
};
use crate::points::Points;
use crate::result::{CriterionResult, GradingResult, Outcome, StackResult};
use crate::rubric::title;
use crate::score::capital;

/// The report of all results of one student, or of one submission.
pub(crate) fn report(heading: Option<&str>, results: &[&GradingResult]) -> String {
    let mut out = String::new();
    if let Some(heading) = heading {
        line(&mut out, &format!("# {}\n", inline(heading)));
    }
    if results.len() > 1 {
        line(&mut out, "| assignment | points | state |\n| --- | ---: | --- |");
        for result in results {
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
    for result in results {
        one(&mut out, result);
    }
    out
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
            inline(&result.summary)
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
                line(out, &format!("- {}\n\n{}", inline(first), fence(rest)));
            }
        } else {
            let colon = if problem.file.is_some() { ": " } else { "" };
            line(out, &format!("- {place}{rule}{colon}{}", inline(&problem.text)));
        }
    }
    if !result.problems.is_empty() {
        out.push('\n');
    }
    if !result.criteria.is_empty() {
        line(
            out,
            "| criterion | points | C++20 memory | sequential consistency |\n| --- | ---: | --- | --- |",
        );
        for criterion in &result.criteria {
            let points = if criterion.points_max == Points::ZERO {
                "not counted".to_owned()
            } else {
                format!("{} of {}", criterion.points, criterion.points_max)
            };
            line(
                out,
                &format!(
                    "| {} | {points} | {} | {} |",
                    title(criterion.criterion),
                    cell(&criterion.cpp20),
                    cell(&criterion.sequential)
                ),
            );
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
            inline(&criterion.explanation)
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
    let summary = inline(&stack.summary);
    line(out, &format!("### Your own layers together ({points})\n\n{summary}\n"));
    for layer in &stack.layers {
        let cells: Vec<String> =
            layer_cells(layer).map(|(name, cell)| format!("{name} {cell}")).collect();
        let cells =
            if cells.is_empty() { layer.state.words().to_owned() } else { cells.join("; ") };
        line(out, &format!("- {}: {}", code(&layer.type_name), inline(&cells)));
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

fn cell(verdict: &Verdict) -> String {
    let sign = match verdict {
        Verdict::Upheld { .. } => "✓",
        Verdict::Violated { .. } => "✗",
        Verdict::Unknown { .. } => "?",
    };
    format!("{sign} {}: {}", word(verdict), inline(&evidence(verdict)))
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

/// `text` as plain words on one line: no markup, no HTML, no table cells, no mentions.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::new();
    for c in harmless_line(text).chars() {
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
            ':' => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
    // `&#58;` is only needed where an address could begin.
    out.replace("&#58; ", ": ").replace("&#58;&#58;", "::")
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
    use super::{code, fence, inline};

    #[test]
    fn what_students_write_stays_text() {
        for (text, expected) in [
            ("a_b*c", "a\\_b\\*c"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("a | b\nc", "a \\| b c"),
            ("@teacher #12", "@\u{200b}teacher #\u{200b}12"),
            ("[x](javascript:y)", "\\[x\\](javascript&#58;y)"),
            ("see https://x", "see https&#58;//x"),
            ("state: `std::sync`", "state: \\`std::sync\\`"),
            ("<!-- marker -->", "&lt;\\!-- marker --&gt;"),
        ] {
            assert_eq!(inline(text), expected);
        }
    }

    #[test]
    fn no_fence_can_be_broken() {
        assert_eq!(fence("a\n```\n# out"), "````text\na\n```\n# out\n````\n");
        assert_eq!(fence("plain"), "```text\nplain\n```\n");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
