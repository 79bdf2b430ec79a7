//! What people read, all of it made from the canonical result: text for the terminal, Markdown for a
//! student, an overview of the class. Whatever a student can influence is made harmless here.

#[cfg(feature = "cli")]
pub(crate) mod markdown;
#[cfg(feature = "cli")]
pub(crate) mod overview;
#[cfg(feature = "cli")]
pub(crate) mod text;

use harness::runner::{Mend, Verdict};
#[cfg(feature = "cli")]
use {
    crate::points::Points,
    crate::result::{LayerResult, Outcome, StackResult},
    crate::rubric::title,
    harness::runner::Witness,
};

use crate::score::describe;

/// `text` without what could deceive a reader or drive a terminal: control characters, and the
/// marks that change the direction or the visibility of text. Line breaks stay, tabs become spaces.
pub(crate) fn harmless(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' => ' ',
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The same on one line.
pub(crate) fn harmless_line(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

/// `1 result`, `2 results`.
pub(crate) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Where a stronger ordering mends a solution: the place, and the call as it is written there.
pub(crate) fn mended_call(mend: &Mend) -> (String, String) {
    let place = format!("{}:{}:{}", mend.file, mend.line, mend.column);
    let call = match &mend.variable {
        Some(variable) => format!("{variable}.{}", mend.method),
        None => mend.method.clone(),
    };
    (place, call)
}

/// A verdict in a word.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Upheld { .. } => "upheld",
        Verdict::Violated { .. } => "violated",
        Verdict::Unknown { .. } => "unknown",
    }
}

/// The evidence of a verdict, in one line.
pub(crate) fn evidence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Upheld { evidence, bypass, doorway } => {
            let mut parts: Vec<String> = Vec::new();
            let mut counts: Vec<usize> = evidence.iter().map(|found| found.processes).collect();
            counts.sort_unstable();
            counts.dedup();
            for processes in counts {
                let of = || evidence.iter().filter(|found| found.processes == processes);
                parts.push(if let Some(found) = of().find(|found| found.complete) {
                    let entries = match found.entries {
                        1 => "one entry".to_owned(),
                        entries => format!("up to {entries} entries"),
                    };
                    let executions = match found.executions {
                        0 => "all executions, none of which gets to its end".to_owned(),
                        1 => "the only execution".to_owned(),
                        executions => format!("all {executions} executions"),
                    };
                    format!("{processes} processes, {entries} each: {executions}")
                } else {
                    let executions = of().map(|found| found.executions).sum();
                    format!("{processes} processes: {}", count(executions, "execution"))
                });
            }
            if let Some(bypass) = bypass {
                parts.push(format!("bypass at most {bypass}"));
            }
            if let Some(doorway) = doorway {
                parts.push(match doorway.steps {
                    0 => "counted from the call on, without a doorway".to_owned(),
                    1 => "the doorway is 1 step long".to_owned(),
                    steps => format!("the doorway is {steps} steps long"),
                });
            }
            parts.join("; ")
        }
        Verdict::Violated { witness } => describe(witness.kind).to_owned(),
        Verdict::Unknown { reason } => reason.clone(),
    }
}

/// The evidence of a verdict, behind the same verdict `before` under the other memory.
#[cfg(feature = "cli")]
fn evidence_after(verdict: &Verdict, before: Option<&Verdict>) -> String {
    let found = evidence(verdict);
    let is_same =
        before.is_some_and(|before| word(before) == word(verdict) && evidence(before) == found);
    if is_same { "likewise".to_owned() } else { found }
}

/// What a stack earned, in words.
#[cfg(feature = "cli")]
fn stack_points(stack: &StackResult) -> String {
    if stack.points_max == Points::ZERO {
        "not counted".to_owned()
    } else {
        format!("{} of {}", stack.points, stack.points_max)
    }
}

/// The criteria of a layer in a stack, each with its verdict in a few words.
#[cfg(feature = "cli")]
fn layer_cells(layer: &LayerResult) -> impl Iterator<Item = (&'static str, String)> {
    layer.criteria.iter().map(|found| {
        let (cpp20, sequential) = (word(&found.cpp20), word(&found.sequential));
        let cell = match found.outcome {
            Outcome::FailsAsItShould => format!("{cpp20}, which is allowed"),
            Outcome::Inherited => format!("{cpp20}, inherited"),
            _ if cpp20 == sequential => cpp20.to_owned(),
            _ => format!("{cpp20} (sequentially {sequential})"),
        };
        (title(found.criterion), cell)
    })
}

/// The layer in which the fault of a stack lies, and the execution that shows it.
#[cfg(feature = "cli")]
fn stack_witness(stack: &StackResult) -> Option<(&str, &Witness)> {
    let fault = stack.fault.as_ref()?;
    let layer = stack.layers.iter().find(|layer| layer.assignment == fault.layer)?;
    let found = layer.criteria.iter().find(|found| Some(found.criterion) == fault.criterion)?;
    match &found.cpp20 {
        Verdict::Violated { witness } => Some((&fault.layer, witness)),
        Verdict::Upheld { .. } | Verdict::Unknown { .. } => None,
    }
}

/// How to see it again, before the scene.
#[cfg(feature = "cli")]
fn stack_replay(assignment: &str, layer: &str) -> String {
    format!(
        "grader replay --source <your folder> --assignment {assignment} --layer {layer} --scene"
    )
}

#[cfg(test)]
mod tests {
    use harness::runner::{Evidence, Verdict};

    use super::{evidence, harmless};

    #[test]
    fn evidence_counts_as_people_do() {
        let found = |entries, executions, complete| Verdict::Upheld {
            evidence: vec![Evidence {
                strategy: "exhaustive".to_owned(),
                processes: 3,
                entries,
                executions,
                blocked: 0,
                complete,
            }],
            bypass: None,
            doorway: None,
        };
        for (verdict, expected) in [
            (found(2, 48, true), "3 processes, up to 2 entries each: all 48 executions"),
            (found(1, 48, true), "3 processes, one entry each: all 48 executions"),
            (
                found(1, 0, true),
                "3 processes, one entry each: all executions, none of which gets to its end",
            ),
            (found(1, 1, true), "3 processes, one entry each: the only execution"),
            (found(2, 1, false), "3 processes: 1 execution"),
            (found(2, 7, false), "3 processes: 7 executions"),
        ] {
            assert_eq!(evidence(&verdict), expected);
        }
    }

    #[test]
    fn terminals_and_readers_are_safe_from_what_students_write() {
        for (text, expected) in [
            ("plain \u{e4}\u{4e2d}", "plain \u{e4}\u{4e2d}"),
            ("a\tb\r\nc", "a b\nc"),
            ("\u{1b}[31mred\u{7}", "\u{fffd}[31mred\u{fffd}"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{9b}", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
