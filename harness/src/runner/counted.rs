//! Counters in words: a count that is wrong, and what was foretold wrongly.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::report::{Replayed, Witness, WitnessKind};
use super::scene::{Scene, memory_name};
use super::told::Told;
use super::wording::{list as of_processes, times};
use crate::examination::{Case, Examiner, Memory, Misprediction, Shown};
use crate::exploration::{Crash, Explorer, Setup};
use crate::process::ProcessSet;
use crate::scenario::Situation;

const INFALLIBLE: &str = "writing to a string does not fail";

/// A wrong count: what is written at the end of the drawing, and the reason.
pub(super) fn wrong_count(value: u64, increments: u64, situation: &Situation) -> (String, String) {
    let incremented = format!(
        "The counter was incremented {}, and its value is {value}",
        times(u32::try_from(increments).unwrap_or(u32::MAX))
    );
    if situation.asks.serial {
        let text = format!(
            "{incremented}, although one process came after the other and nobody interfered: it \
             miscounts by itself."
        );
        return ("miscounted".to_owned(), text);
    }
    match increments.saturating_sub(value) {
        0 => ("too many".to_owned(), format!("{incremented}: it counts more than there was.")),
        1 => ("an update is lost".to_owned(), format!("{incremented}: an update is lost.")),
        lost => {
            (format!("{lost} updates are lost"), format!("{incremented}: {lost} updates are lost."))
        }
    }
}

/// An increment that others keep from ending.
pub(super) fn overtaken(who: ProcessSet) -> String {
    format!(
        "{} again and again in one and the same increment, while others get done with theirs again and \
         again. The part that is marked can be repeated for ever, and was repeated until that was certain.",
        of_processes(who, "steps", "step")
    )
}

/// The witness of what is foretold wrongly.
pub(super) fn witness(
    explorer: &mut Explorer<'_>,
    wrong: &Misprediction,
) -> Result<Witness, Crash> {
    let kind = if wrong.misses() { WitnessKind::Missing } else { WitnessKind::Impossible };
    let reason = wrong.cases.iter().map(sentences).collect::<Vec<_>>().join(" ");
    // What is missing first is drawn; else what comes closest to a value that cannot be.
    let missing = wrong.cases.iter().find(|case| !case.missing.is_empty());
    let drawn: &[Shown] = match missing {
        Some(case) => &case.missing,
        None => wrong
            .cases
            .iter()
            .find_map(|case| case.nearest.as_ref())
            .map_or(&[], |one| std::slice::from_ref(one)),
    };
    let mut drawing = String::new();
    let mut steps = Vec::new();
    for shown in drawn {
        let told = Told::new(explorer, &shown.setup, &shown.schedule, &BTreeMap::new())?;
        let closest = if missing.is_none() { ", which is as close as it gets" } else { "" };
        writeln!(drawing, "{} end with {}{closest}:\n", cast(&shown.setup), shown.value)
            .expect(INFALLIBLE);
        writeln!(drawing, "{}", told.drawing(&format!("the value is {}", shown.value)).trim_end())
            .expect(INFALLIBLE);
        if drawn.len() > 1 {
            writeln!(drawing, "replay: {}", scene(shown)).expect(INFALLIBLE);
        }
        drawing.push('\n');
        if steps.is_empty() {
            steps = told.steps();
        }
    }
    let others = wrong.cases.iter().flat_map(|case| &case.missing).filter(|other| {
        let setup = |shown: &Shown| shown.setup.quotas.clone();
        drawn.iter().all(|shown| setup(shown) != setup(other))
    });
    for other in others {
        writeln!(drawing, "{} can end with {}: {}", cast(&other.setup), other.value, scene(other))
            .expect(INFALLIBLE);
    }
    let first = drawn.first();
    Ok(Witness {
        kind,
        reason,
        processes: first.map_or(0, |shown| shown.setup.processes()),
        entries: first.map_or_else(Vec::new, |shown| shown.setup.quotas.clone()),
        memory: first.map_or("", |shown| memory_name(shown.setup.model)).to_owned(),
        schedule: first.map_or_else(String::new, |shown| shown.schedule.to_string()),
        replay: first.map_or_else(String::new, scene),
        drawing,
        steps,
    })
}

/// A counterexample that shows an execution of the specified counter once more: whether what is foretold
/// is still wrong there.
pub(super) fn replayed(examiner: &mut Examiner<'_>, setup: &Setup, told: &Told) -> Replayed {
    if let Some(reason) = &told.diverged {
        let reason = format!("the counter as it is specified has no such execution: {reason}");
        return Replayed::Impossible { reason };
    }
    let (processes, increments) = (setup.processes(), setup.quotas[0]);
    let mut ending = told.ending();
    if setup.quotas.iter().all(|&quota| quota == increments) {
        let found =
            examiner.foretold(Memory::Sequential, setup.situation, processes, increments as usize);
        match found {
            Ok(Some(case)) if case.is_right() => {
                let reason = format!(
                    "final_values({processes}, {increments}) foretells {}, and that is what can be",
                    list(case.possible.iter().copied(), "and")
                );
                return Replayed::Gone { reason };
            }
            Ok(Some(case)) => {
                ending.push(' ');
                ending.push_str(&sentences(&case));
            }
            Ok(None) => {}
            Err(Crash { panic, .. }) => {
                let reason = format!("the code panicked at {}: {}", panic.site, panic.message);
                return Replayed::Impossible { reason };
            }
        }
    }
    Replayed::Shown {
        ending,
        excludes: told.excludes(),
        drawing: told.drawing(&told.mark()),
        steps: told.steps(),
    }
}

fn scene(shown: &Shown) -> String {
    Scene { setup: shown.setup.clone(), schedule: shown.schedule.clone() }.to_string()
}

/// `2 processes, 3 increments each,`.
fn cast(setup: &Setup) -> String {
    let (processes, increments) = (setup.processes(), setup.quotas[0]);
    let plural = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    format!(
        "{}, {} each,",
        plural(processes, "process", "processes"),
        plural(increments as usize, "increment", "increments")
    )
}

/// What is wrong for one number of processes and of increments.
fn sentences(case: &Case) -> String {
    let Case { processes, increments, executions, .. } = case;
    let possible = list(case.possible.iter().copied(), "or");
    let mut text = match executions {
        1 => format!(
            "final_values({processes}, {increments}): the only execution ends with {possible}"
        ),
        _ => format!(
            "final_values({processes}, {increments}): each of the {executions} executions ends with \
             {possible}"
        ),
    };
    let missing: Vec<u64> = case.missing.iter().map(|shown| shown.value).collect();
    match missing.as_slice() {
        [] => {}
        [only] => write!(text, "; {only} is missing in yours").expect(INFALLIBLE),
        _ => write!(text, "; {} are missing in yours", list(missing.iter().copied(), "and"))
            .expect(INFALLIBLE),
    }
    if !case.impossible.is_empty() {
        let values = case.impossible.iter().copied();
        let (values, verb) = match (case.more, case.impossible.len()) {
            (true, _) => {
                let values: Vec<String> = values.map(|value| value.to_string()).collect();
                (format!("{}, …", values.join(", ")), "are")
            }
            (false, 1) => (list(values, "and"), "is"),
            (false, _) => (list(values, "and"), "are"),
        };
        let but = if missing.is_empty() { "; yours lists" } else { ", and it lists" };
        write!(text, "{but} {values}, which {verb} impossible").expect(INFALLIBLE);
    }
    text.push('.');
    text
}

/// `2`, `2 or 3`, `2, 3 or 4`.
fn list(values: impl Iterator<Item = u64>, last: &str) -> String {
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    match values.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
