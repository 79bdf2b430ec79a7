//! The counterexample of a finished result, step by step.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use harness::runner::{Criterion, Verdict, Witness};

use crate::failure::Failure;
use crate::report::{harmless, harmless_line};
use crate::result::{GradingResult, SCHEMA};
use crate::rubric::title;

/// Reads a result that was written before.
pub(crate) fn read_result(path: &Path) -> Result<GradingResult, Failure> {
    let unreadable = |what: String| Failure::input(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let result: GradingResult = serde_json::from_str(&text)
        .map_err(|error| unreadable(format!("this is not a result of this grader: {error}")))?;
    if result.schema != SCHEMA {
        let schema = result.schema;
        return Err(unreadable(format!("its schema is {schema}, this grader reads {SCHEMA}")));
    }
    Ok(result)
}

/// The steps of a result's counterexample: of `criterion`, or of the first that is violated; with
/// `layer`, that of the stack up to there.
pub(crate) fn replay(
    result: &GradingResult,
    layer: Option<&str>,
    criterion: Option<Criterion>,
    sequential: bool,
) -> Result<String, Failure> {
    let (criterion, witness) = witness(result, layer, criterion, sequential)?;
    let memory = match (result.shares_memory, sequential) {
        (false, _) => "",
        (true, true) => " under sequential consistency",
        (true, false) => " under Rust's memory model",
    };
    Ok(steps(criterion, memory, witness))
}

/// A result's counterexample: of `criterion`, or of the first that is violated; with `layer`, that of
/// the stack up to there.
pub(crate) fn witness<'a>(
    result: &'a GradingResult,
    layer: Option<&str>,
    criterion: Option<Criterion>,
    sequential: bool,
) -> Result<(Criterion, &'a Witness), Failure> {
    let criteria = match layer {
        None => &result.criteria,
        Some(layer) => {
            let mut layers = result.stack.iter().flat_map(|stack| &stack.layers);
            let found = layers.find(|found| found.assignment == layer).ok_or_else(|| {
                Failure::input(format!("no layer `{layer}` was examined in a stack in this result"))
            })?;
            &found.criteria
        }
    };
    let violated = |wanted: Option<Criterion>| {
        criteria.iter().find_map(|found| {
            let verdict = if sequential { &found.sequential } else { &found.cpp20 };
            match verdict {
                Verdict::Violated { witness } if wanted.is_none_or(|w| w == found.criterion) => {
                    Some((found.criterion, witness))
                }
                Verdict::Violated { .. } | Verdict::Upheld { .. } | Verdict::Unknown { .. } => None,
            }
        })
    };
    if let Some(found) = violated(criterion) {
        return Ok(found);
    }
    let what = criterion.map_or("no criterion", title);
    let failure = Failure::input(match criterion {
        Some(_) => format!("{what} is not violated in this result"),
        None => format!("{what} is violated in this result"),
    });
    let others: Vec<_> = criteria
        .iter()
        .filter(|found| matches!(found.cpp20, Verdict::Violated { .. }))
        .map(|found| title(found.criterion))
        .collect();
    Err(if others.is_empty() {
        failure
    } else {
        failure.help(format!("violated is: {}", others.join(", ")))
    })
}

fn steps(criterion: Criterion, memory: &str, witness: &Witness) -> String {
    let infallible = "writing to a string does not fail";
    let mut out = String::new();
    writeln!(
        out,
        "{} is violated{memory}, by {} processes: {}\n",
        title(criterion),
        witness.processes,
        harmless(&witness.reason)
    )
    .expect(infallible);
    let last = witness.steps.iter().filter_map(|step| step.number).max().unwrap_or(0);
    let width = last.to_string().len();
    let mut last = None;
    for step in &witness.steps {
        let switched = last.is_some_and(|last| last != step.process);
        last = Some(step.process);
        let place = match (&step.file, step.line) {
            (Some(file), Some(line)) => format!("  ({}:{line})", harmless_line(file)),
            _ => String::new(),
        };
        let text = harmless_line(&step.text);
        let (number, text) = match step.number {
            Some(number) => (number.to_string(), text),
            None => (String::new(), format!("── {text} ──")),
        };
        let arrow = if switched { "→ " } else { "  " };
        writeln!(out, "{arrow}{number:>width$}  P{}  {text}{place}", step.process)
            .expect(infallible);
        if !step.note.is_empty() {
            writeln!(out, "  {:width$}      ↳ {}", "", harmless_line(&step.note))
                .expect(infallible);
        }
    }
    if witness.steps.is_empty() {
        writeln!(out, "{}", harmless(witness.drawing.trim_end())).expect(infallible);
    }
    writeln!(
        out,
        "\nto run it again: grader replay --scene {} --source …",
        harmless_line(&witness.replay)
    )
    .expect(infallible);
    out
}
