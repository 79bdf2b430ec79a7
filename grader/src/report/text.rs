//! The report for a terminal. Colours are written always and taken out by the stream if it is none.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use harness::runner::Verdict;

use super::{
    evidence_after, harmless, harmless_line, layer_cells, mended_call, stack_points, stack_replay,
    stack_witness, word,
};
use crate::result::{CriterionResult, GradingResult, Outcome, StackConclusion, StackResult, State};
use crate::rubric::title;

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const HALF: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// Writes the report of one result.
pub(crate) fn write(out: &mut dyn Write, result: &GradingResult) -> io::Result<()> {
    let points = result.points.map_or_else(|| "–".to_owned(), |points| points.to_string());
    let style = match result.state {
        State::Graded if result.full_marks() => GOOD,
        State::Graded => HALF,
        _ => BAD,
    };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} ({}): {style}{}{style:#}, {points} of {} points",
        harmless_line(&result.title),
        result.assignment,
        result.state.words(),
        result.points_max
    )?;
    writeln!(out, "  {}", harmless_line(&result.summary))?;
    for problem in &result.problems {
        writeln!(out)?;
        if let Some(place) = problem.place() {
            write!(out, "  {BOLD}{}{BOLD:#}: ", harmless_line(&place))?;
            if let Some(rule) = &problem.rule {
                write!(out, "[{rule}] ")?;
            }
            if problem.text.contains('\n') {
                writeln!(out)?;
            }
        } else {
            write!(out, "  ")?;
        }
        writeln!(out, "{}", indent(&harmless(&problem.text)))?;
    }
    for criterion in &result.criteria {
        write_criterion(out, criterion, result.shares_memory)?;
    }
    if let Some(stack) = &result.stack {
        write_stack(out, &result.assignment, stack)?;
    }
    if !result.mends.is_empty() {
        writeln!(out, "\n  These stronger orderings together would mend it (found by trying):")?;
        for mend in &result.mends {
            let (place, call) = mended_call(mend);
            writeln!(
                out,
                "    {}: {}: {} instead of {}",
                harmless_line(&place),
                harmless_line(&call),
                mend.to,
                mend.from
            )?;
        }
    }
    for flag in &result.flags {
        writeln!(out, "\n  {HALF}for the instructor{HALF:#}: {}", indent(&harmless(flag)))?;
    }
    Ok(())
}

fn write_criterion(
    out: &mut dyn Write,
    result: &CriterionResult,
    shares_memory: bool,
) -> io::Result<()> {
    let (mark, style) = match result.outcome {
        Outcome::Upheld | Outcome::FailsAsItShould => ("✓", GOOD),
        Outcome::OrderingsTooWeak => ("½", HALF),
        Outcome::NotShown => ("?", HALF),
        Outcome::Inherited => ("–", HALF),
        Outcome::Violated | Outcome::DoesNotFailAsItShould => ("✗", BAD),
    };
    let points = if result.points_max == crate::points::Points::ZERO {
        "not counted".to_owned()
    } else {
        format!("{} of {}", result.points, result.points_max)
    };
    let name = title(result.criterion);
    writeln!(out, "\n  {style}{mark} {name:<17}{style:#} {points}")?;
    writeln!(out, "    {}", indent(&harmless(&result.explanation)))?;
    let all = [
        (if shares_memory { "C++20 memory" } else { "verdict" }, &result.cpp20, None),
        ("sequential consistency", &result.sequential, Some(&result.cpp20)),
    ];
    for (memory, verdict, before) in all.into_iter().take(if shares_memory { 2 } else { 1 }) {
        let found = harmless_line(&evidence_after(verdict, before));
        writeln!(out, "    {memory}: {} ({found})", word(verdict))?;
    }
    if result.points < result.points_max
        && let Verdict::Violated { witness } = &result.cpp20
    {
        writeln!(
            out,
            "\n      {}",
            indent(&harmless(witness.drawing.trim_end())).replace('\n', "\n  ")
        )?;
        writeln!(out, "\n    to see it again: grader replay --source <your file> --scene \\")?;
        writeln!(out, "        {}", harmless_line(&witness.replay))?;
    }
    Ok(())
}

/// The student's own layers together: a line for each, and the counterexample where the fault is.
fn write_stack(out: &mut dyn Write, assignment: &str, stack: &StackResult) -> io::Result<()> {
    let (mark, style) = match stack.conclusion {
        StackConclusion::Sound => ("✓", GOOD),
        StackConclusion::Fault => ("✗", BAD),
        StackConclusion::NotShown | StackConclusion::NotExamined => ("?", HALF),
    };
    writeln!(out, "\n  {style}{mark} {:<17}{style:#} {}", "your own layers", stack_points(stack))?;
    writeln!(out, "    {}", indent(&harmless(&stack.summary)))?;
    for layer in &stack.layers {
        let cells: Vec<String> =
            layer_cells(layer).map(|(name, cell)| format!("{name} {cell}")).collect();
        let cells =
            if cells.is_empty() { layer.state.words().to_owned() } else { cells.join(", ") };
        writeln!(out, "    {}: {}", harmless_line(&layer.type_name), harmless_line(&cells))?;
    }
    if let Some(layer) = stack.layers.last() {
        for problem in &layer.problems {
            let place = problem.place().map_or_else(String::new, |place| format!("{place}: "));
            writeln!(out, "\n    {}{}", harmless_line(&place), indent(&harmless(&problem.text)))?;
        }
    }
    if let Some((layer, witness)) = stack_witness(stack) {
        let drawing = indent(&harmless(witness.drawing.trim_end())).replace('\n', "\n  ");
        writeln!(out, "\n      {drawing}")?;
        writeln!(out, "\n    to see it again: {} \\", stack_replay(assignment, layer))?;
        writeln!(out, "        {}", harmless_line(&witness.replay))?;
    }
    Ok(())
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n    ")
}
