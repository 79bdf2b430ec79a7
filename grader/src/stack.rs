//! The student's own layers together: a semaphore on their mutex on their lock. Examined bottom up, each
//! with the contract of its assignment: the first layer that does not do what it must on those below
//! is where the fault lies. What a layer need not give, those above it need not give either.

use std::collections::BTreeMap;
use std::path::PathBuf;

use harness::runner::{Criterion, CriterionReport, Report, Verdict};

use crate::compile::{self, NotCompiled, Workplace};
use crate::failure::Failure;
use crate::judge::Other;
use crate::pipeline::{Attempt, Pipeline, problem, refused};
use crate::points::Points;
use crate::policy::{Examination, Source, texts};
use crate::result::{
    CriterionResult, Fault, LayerResult, Outcome, StackConclusion, StackResult, State,
};
use crate::rubric::{Rubric, Theory, title};
use crate::score::{capital, outcome, score};

/// A layer as it was submitted.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// The assignment's name.
    pub(crate) assignment: String,
    /// Its sources; absent if nothing was submitted.
    pub(crate) examination: Option<Examination>,
}

/// A stack that was examined.
#[derive(Debug)]
pub(crate) struct Examined {
    /// For the student.
    pub(crate) result: StackResult,
    /// For the instructor.
    pub(crate) flags: Vec<String>,
}

/// Whether the layers under the assignment called `name` are ones that it can be put on.
pub(crate) fn check(
    name: &str,
    rubric: &Rubric,
    rubrics: &BTreeMap<String, Rubric>,
) -> Result<(), String> {
    let Some(stack) = &rubric.stack else { return Ok(()) };
    for layer in &stack.layers {
        let Some(below) = rubrics.get(layer).filter(|_| layer != name) else {
            return Err(format!("there is no assignment called `{layer}` to put it on"));
        };
        if below.contract.trait_name() != "CriticalSection" {
            return Err(format!("`{layer}` is no guard: it does not implement `CriticalSection`"));
        }
        let fails = [Criterion::MutualExclusion, Criterion::Progress]
            .into_iter()
            .find(|&criterion| below.expected.of(criterion) == Theory::Violated);
        if let Some(criterion) = fails {
            return Err(format!("nothing stands on `{layer}`: it violates {}", title(criterion)));
        }
    }
    let names = stack.layers.iter().map(String::as_str).chain([name]);
    let below: Vec<&Rubric> = names.map(|name| &rubrics[name]).collect();
    if processes(&below).is_empty() {
        return Err("the layers have no number of processes in common".to_owned());
    }
    Ok(())
}

/// The numbers of processes to examine the last of `rubrics` with, on the others: as many as every
/// layer is made for.
fn processes(rubrics: &[&Rubric]) -> Vec<usize> {
    let most = |rubric: &&Rubric| rubric.processes.iter().copied().max().unwrap_or(0);
    let most = rubrics.iter().map(most).min().unwrap_or(0);
    let top = rubrics.last().map_or(&[][..], |rubric| &rubric.processes);
    top.iter().copied().filter(|&processes| processes <= most).collect()
}

/// A stack that was not examined, and why.
pub(crate) fn not_examined(points_max: Points, layers: Vec<LayerResult>, why: &str) -> StackResult {
    StackResult {
        conclusion: StackConclusion::NotExamined,
        points: Points::ZERO,
        points_max,
        summary: format!("The stack of your own layers was not examined: {why}."),
        fault: None,
        layers,
    }
}

/// The crate of a layer.
fn crate_name(number: usize) -> String {
    format!("layer_{number}")
}

/// The sources of a layer, its root named after the assignment: steps in a drawing are known by the
/// names of their files, and every crate in the handed-out shape has a `lib.rs`.
fn sources(layer: &Layer) -> Vec<Source> {
    let mut sources =
        layer.examination.as_ref().map_or_else(Vec::new, |found| found.sources.clone());
    if let Some(path) = sources.first().and_then(|root| root.path.strip_suffix("lib.rs")) {
        let path = format!("{path}{}.rs", layer.assignment);
        if sources.iter().all(|source| source.path != path) {
            sources[0].path = path;
        }
    }
    sources
}

/// The path of the type that the layer `top` is on all below, and its name for people.
fn stacked(rubrics: &[&Rubric]) -> (String, String) {
    let mut stacked = (String::new(), String::new());
    for (number, rubric) in rubrics.iter().enumerate() {
        let name = &rubric.type_name;
        let path = format!("{}::{name}", crate_name(number));
        stacked = if number == 0 {
            (path, name.clone())
        } else {
            (format!("{path}<{}>", stacked.0), format!("{name}<{}>", stacked.1))
        };
    }
    stacked
}

/// The program that examines the last of `layers` on the others, with its sources. It is there as long
/// as the workplace.
pub(crate) fn build(
    pipeline: &Pipeline,
    layers: &[Layer],
) -> Result<(Workplace, PathBuf, BTreeMap<String, String>), Failure> {
    let mut workplace = Workplace::new()?;
    let mut all = Vec::new();
    let mut rubrics = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        if layer.examination.is_none() {
            return Err(Failure::input(format!("there is no `{}` here", layer.assignment)));
        }
        let sources = sources(layer);
        workplace.library(&pipeline.toolchain, &crate_name(number), &sources).map_err(refused)?;
        all.extend(sources);
        rubrics.push(pipeline.course.rubric(&layer.assignment)?);
    }
    let top = *rubrics.last().ok_or_else(|| Failure::input("a stack without layers"))?;
    let path = workplace
        .program(&pipeline.toolchain, "run", top, &stacked(&rubrics).0, compile::errors_of_stack)
        .map_err(refused)?;
    Ok((workplace, path, texts(&all)))
}

/// Examines the last of `layers` on the others, after each of those.
pub(crate) fn examine(pipeline: &Pipeline, layers: &[Layer]) -> Result<Examined, Failure> {
    let top = layers.last().expect("a stack has a layer on top");
    let points_max =
        pipeline.course.rubric(&top.assignment)?.stack.as_ref().map_or(Points::ZERO, |s| s.points);
    let stop = |done: Vec<LayerResult>, why: &str| Examined {
        result: not_examined(points_max, done, why),
        flags: if points_max > Points::ZERO {
            vec![format!("the stack was not examined: {why}")]
        } else {
            Vec::new()
        },
    };
    let missing: Vec<String> = layers
        .iter()
        .filter(|layer| layer.examination.is_none())
        .map(|layer| format!("`{}`", layer.assignment))
        .collect();
    if !missing.is_empty() {
        let were = if missing.len() == 1 { "was" } else { "were" };
        let why = format!("{} {were} not submitted with it", missing.join(" and "));
        return Ok(stop(Vec::new(), &why));
    }
    let mut bench =
        Bench { pipeline, workplace: Workplace::new()?, rubrics: Vec::new(), sources: Vec::new() };
    let mut done: Vec<LayerResult> = Vec::new();
    for layer in layers {
        let rubric = pipeline.course.rubric(&layer.assignment)?;
        bench.rubrics.push(rubric);
        let mut result = LayerResult {
            assignment: layer.assignment.clone(),
            type_name: stacked(&bench.rubrics).1,
            state: State::Graded,
            problems: Vec::new(),
            criteria: Vec::new(),
        };
        let report = match bench.add(layer)? {
            Attempt::Measured(report) => report,
            Attempt::Other(other) if other.state == State::Error => {
                let what = other.flags.join("; ");
                return Err(Failure::environment(format!("{}: {what}", result.type_name)));
            }
            Attempt::Other(other) => {
                result.state = other.state;
                result.problems = other.problems;
                let unwritten = other.state == State::NotImplemented;
                let name = layer.assignment.clone();
                done.push(result);
                if unwritten {
                    return Ok(stop(done, &format!("`{name}` is not implemented")));
                }
                let fault = Fault { layer: name, criterion: None, holds_over_guard: None };
                return Ok(faulty(points_max, done, fault, &other.summary));
            }
        };
        let below: Vec<Below<'_>> = done
            .iter()
            .zip(&bench.rubrics)
            .map(|(layer, rubric)| Below { layer, rubric })
            .collect();
        result.criteria = criteria(rubric, &report.criteria);
        let mut over_guard = None;
        if !below.is_empty() && result.criteria.iter().any(is_fault) {
            over_guard = bench.over_guard(&layer.assignment)?;
        }
        inherit(rubric, &mut result.criteria, &below, over_guard.as_deref());
        let fault = result.criteria.iter().find(|found| is_fault(found)).map(|found| {
            let holds_over_guard =
                over_guard.as_deref().map(|report| holds(rubric, report, found.criterion));
            let fault = Fault {
                layer: layer.assignment.clone(),
                criterion: Some(found.criterion),
                holds_over_guard,
            };
            (fault, found.explanation.clone())
        });
        done.push(result);
        if let Some((fault, explanation)) = fault {
            return Ok(faulty(points_max, done, fault, &explanation));
        }
    }
    Ok(without_fault(points_max, done))
}

/// Where the layers are put together.
struct Bench<'a> {
    pipeline: &'a Pipeline,
    workplace: Workplace,
    /// Of the layers so far.
    rubrics: Vec<&'a Rubric>,
    /// Likewise.
    sources: Vec<Source>,
}

impl Bench<'_> {
    /// Puts `layer`, whose rubric is there already, on the others and examines it.
    fn add(&mut self, layer: &Layer) -> Result<Attempt, Failure> {
        let other = |state, summary: &str, problems| {
            let summary = summary.to_owned();
            Ok(Attempt::Other(Other { state, summary, problems, flags: Vec::new() }))
        };
        let Some(examination) = &layer.examination else {
            return Err(Failure::input(format!("there is no `{}`", layer.assignment)));
        };
        if !examination.violations.is_empty() {
            let problems = examination.violations.iter().map(problem).collect();
            return other(State::BreaksPolicy, "It uses what a solution may not use.", problems);
        }
        if let Some(finding) = &examination.unparsable {
            let problems = vec![problem(finding)];
            return other(State::DoesNotCompile, "It cannot be read as Rust.", problems);
        }
        let sources = sources(layer);
        let number = self.rubrics.len() - 1;
        let toolchain = &self.pipeline.toolchain;
        let program = self.workplace.library(toolchain, &crate_name(number), &sources);
        self.sources.extend(sources);
        let program = program.and_then(|()| self.program(&stacked(&self.rubrics).0, number));
        match program {
            Ok(program) => self.measure(&program, &layer.assignment),
            Err(NotCompiled::Errors(problems)) => {
                other(State::DoesNotCompile, "It does not compile.", problems)
            }
            Err(NotCompiled::TimedOut) => {
                other(State::TimedOut, "The compiler did not come to an end with it.", Vec::new())
            }
            Err(NotCompiled::Ours(failure)) => Err(failure),
        }
    }

    fn program(&self, path: &str, number: usize) -> Result<PathBuf, NotCompiled> {
        let (toolchain, rubric) = (&self.pipeline.toolchain, self.rubrics[number]);
        let name = format!("run_{number}");
        self.workplace.program(toolchain, &name, rubric, path, compile::errors_of_stack)
    }

    fn measure(&self, program: &std::path::Path, assignment: &str) -> Result<Attempt, Failure> {
        let processes = processes(&self.rubrics);
        self.pipeline.measure(program, assignment, &processes, texts(&self.sources))
    }

    /// What the last layer measures over the harness's own guard, where it has verdicts there.
    fn over_guard(&self, assignment: &str) -> Result<Option<Vec<CriterionReport>>, Failure> {
        let number = self.rubrics.len() - 1;
        let path = format!("{}::{}", crate_name(number), self.rubrics[number].type_name);
        let Ok(program) = self.program(&path, number) else { return Ok(None) };
        Ok(match self.measure(&program, assignment)? {
            Attempt::Measured(report) => {
                let Report { criteria, .. } = *report;
                Some(criteria)
            }
            Attempt::Other(_) => None,
        })
    }
}

/// A layer below the one in question.
struct Below<'a> {
    layer: &'a LayerResult,
    rubric: &'a Rubric,
}

/// The verdicts on a layer, by the rules of its rubric. It earns nothing by itself, and what it holds
/// although it need not is no fault here.
fn criteria(rubric: &Rubric, reports: &[CriterionReport]) -> Vec<CriterionResult> {
    let mut criteria = score(rubric, reports).criteria;
    for found in &mut criteria {
        (found.points, found.points_max) = (Points::ZERO, Points::ZERO);
        if found.outcome == Outcome::DoesNotFailAsItShould
            && matches!(found.cpp20, Verdict::Upheld { .. })
        {
            found.outcome = Outcome::Upheld;
            found.explanation = format!("{} holds.", capital(title(found.criterion)));
        }
    }
    criteria
}

fn is_fault(found: &CriterionResult) -> bool {
    matches!(
        found.outcome,
        Outcome::Violated | Outcome::OrderingsTooWeak | Outcome::DoesNotFailAsItShould
    )
}

fn holds(rubric: &Rubric, reports: &[CriterionReport], criterion: Criterion) -> bool {
    reports
        .iter()
        .find(|report| report.criterion == criterion)
        .is_some_and(|report| outcome(rubric, report).0 == Outcome::Upheld)
}

/// Takes back what a layer is not to blame for: what one below need not give and does not. Where that one
/// was seen to give it, though only in the executions that were run, the layer is not to blame if it
/// holds over the harness's own guard.
fn inherit(
    rubric: &Rubric,
    criteria: &mut [CriterionResult],
    below: &[Below<'_>],
    over_guard: Option<&[CriterionReport]>,
) {
    for found in criteria {
        if !is_fault(found) && found.outcome != Outcome::NotShown {
            continue;
        }
        let criterion = found.criterion;
        let spared = |below: &&Below<'_>| {
            below.rubric.known_failure(criterion).is_some()
                || below.rubric.expected.of(criterion) == Theory::Violated
        };
        let gives = |below: &Below<'_>| {
            let found = below.layer.criteria.iter().find(|found| found.criterion == criterion);
            found.is_some_and(|found| matches!(found.cpp20, Verdict::Upheld { .. }))
        };
        // Rather one that was seen not to give it than one that only may not.
        let Some(source) = below.iter().filter(spared).min_by_key(|below| gives(below)) else {
            continue;
        };
        let name = &source.layer.assignment;
        let why = if gives(source) {
            if !over_guard.is_some_and(|report| holds(rubric, report, criterion)) {
                continue;
            }
            format!(
                "that comes from `{name}` below, which need not give it: over the harness's own guard \
                 this layer does"
            )
        } else {
            format!("that comes from `{name}` below, which need not give it and does not")
        };
        let state = if found.outcome == Outcome::NotShown {
            "was neither shown nor refuted"
        } else {
            "does not hold"
        };
        found.outcome = Outcome::Inherited;
        found.explanation = format!("{} {state}: {why}.", capital(title(criterion)));
    }
}

/// The conclusion where a fault was found in the last layer.
fn faulty(points_max: Points, layers: Vec<LayerResult>, fault: Fault, why: &str) -> Examined {
    let (name, type_name) = layers
        .last()
        .map_or(("", ""), |layer| (layer.assignment.as_str(), layer.type_name.as_str()));
    let mut parts = vec![
        format!("The fault lies in the layer `{name}`, built as {type_name}."),
        if why.ends_with(['.', '!', '?']) { why.to_owned() } else { format!("{why}.") },
    ];
    if let [.., below, _] = &layers[..] {
        parts.push(format!("What is below it, {}, does what it must.", below.type_name));
    }
    match fault.holds_over_guard {
        Some(true) => parts.push(format!(
            "Over the harness's own guard `{name}` holds this: either it asks more of a guard than \
             the contract promises, or the guard below breaks its contract in a way that its own \
             examination did not reach."
        )),
        Some(false) => {
            parts.push("It does not hold over the harness's own guard either.".to_owned());
        }
        None => {}
    }
    let what = match fault.criterion {
        Some(criterion) => title(criterion),
        None => layers.last().map_or("", |layer| layer.state.words()),
    };
    let mut flag = format!("stack: the fault lies in `{name}` ({type_name}): {what}");
    if fault.holds_over_guard == Some(true) {
        flag.push_str(", which holds over the harness's own guard");
    }
    Examined {
        result: StackResult {
            conclusion: StackConclusion::Fault,
            points: Points::ZERO,
            points_max,
            summary: parts.join(" "),
            fault: Some(fault),
            layers,
        },
        flags: vec![flag],
    }
}

/// The conclusion where none was found in any layer.
fn without_fault(points_max: Points, layers: Vec<LayerResult>) -> Examined {
    let all =
        || layers.iter().flat_map(|layer| layer.criteria.iter().map(move |found| (layer, found)));
    let open: Vec<String> = all()
        .filter(|(_, found)| found.outcome == Outcome::NotShown)
        .map(|(layer, found)| format!("{} of {}", title(found.criterion), layer.type_name))
        .collect();
    let inherited: Vec<&str> = layers
        .last()
        .into_iter()
        .flat_map(|top| &top.criteria)
        .filter(|found| found.outcome == Outcome::Inherited)
        .map(|found| title(found.criterion))
        .collect();
    let type_name = layers.last().map_or("", |layer| layer.type_name.as_str());
    let mut parts = vec![format!("No layer of {type_name} is at fault.")];
    if !inherited.is_empty() {
        let inherited = inherited.join(" and ");
        parts.push(format!("It does not give {inherited}, as a layer below need not."));
    }
    let mut flags = Vec::new();
    let conclusion = if open.is_empty() {
        StackConclusion::Sound
    } else {
        let open = open.join(", ");
        parts.push(format!("But this was neither shown nor refuted: {open}."));
        flags.push(format!("stack: neither shown nor refuted: {open}"));
        StackConclusion::NotShown
    };
    let points = if conclusion == StackConclusion::Sound { points_max } else { Points::ZERO };
    let summary = parts.join(" ");
    let result = StackResult { conclusion, points, points_max, summary, fault: None, layers };
    Examined { result, flags }
}

#[cfg(test)]
mod tests {
    use harness::runner::{Criterion, CriterionReport, Verdict, WitnessKind};

    use super::{
        Below, LayerResult, Outcome, State, check, criteria, inherit, is_fault, processes, sources,
        stacked,
    };
    use crate::policy::{Examination, Source};
    use crate::rubric::Rubric;
    use crate::rubric::tests::{PETERSON, TAKING_TURNS, rubric};
    use crate::score::tests::{reports, unknown, upheld, violated};

    /// A lock that may be unfair.
    fn unfair() -> Rubric {
        let allowed = "[[failure]]\ncriterion = \"bounded_waiting\"\nrequired = false\n\
                       witness = [\"starvation\"]\n";
        rubric(&PETERSON.replace("[portfolio]", &format!("{allowed}[portfolio]")))
    }

    fn measured(waiting: Verdict) -> Vec<CriterionReport> {
        let both = |verdict: Verdict| (verdict.clone(), verdict);
        reports([both(upheld()), both(upheld()), both(waiting)])
    }

    fn layer(rubric: &Rubric, waiting: Verdict) -> LayerResult {
        LayerResult {
            assignment: "bottom".to_owned(),
            type_name: "Bottom".to_owned(),
            state: State::Graded,
            problems: Vec::new(),
            criteria: criteria(rubric, &measured(waiting)),
        }
    }

    /// What becomes of bounded waiting in a layer on top: (below, on top, over the harness's guard).
    fn waiting(bottom: &Rubric, below: Verdict, top: Verdict, guard: Verdict) -> Outcome {
        let fair = rubric(PETERSON);
        let layer = layer(bottom, below);
        let mut found = criteria(&fair, &measured(top));
        let below = [Below { layer: &layer, rubric: bottom }];
        inherit(&fair, &mut found, &below, Some(&measured(guard)));
        found[2].outcome
    }

    #[test]
    fn only_what_a_layer_below_need_not_give_is_inherited() {
        let starved = || violated(WitnessKind::Starvation);
        let (may, must) = (unfair(), rubric(PETERSON));
        for (bottom, below, top, guard, expected) in [
            (&may, starved(), starved(), upheld(), Outcome::Inherited),
            (&may, starved(), starved(), starved(), Outcome::Inherited),
            (&may, starved(), unknown(), upheld(), Outcome::Inherited),
            (&may, unknown(), starved(), upheld(), Outcome::Inherited),
            (&may, starved(), upheld(), upheld(), Outcome::Upheld),
            // It was not caught at it: whether the layer above is fair by itself decides.
            (&may, upheld(), starved(), upheld(), Outcome::Inherited),
            (&may, upheld(), starved(), starved(), Outcome::Violated),
            // A layer that must be fair hides nothing.
            (&must, upheld(), starved(), upheld(), Outcome::Violated),
            (&must, upheld(), unknown(), upheld(), Outcome::NotShown),
        ] {
            let found = waiting(bottom, below.clone(), top.clone(), guard.clone());
            assert_eq!(found, expected, "{below:?} {top:?} {guard:?}");
        }
    }

    #[test]
    fn of_several_layers_below_the_one_that_was_caught_is_blamed() {
        let starved = || violated(WitnessKind::Starvation);
        let (unfair, fair) = (unfair(), rubric(PETERSON));
        let (innocent, caught) = (layer(&unfair, upheld()), layer(&unfair, starved()));
        let mut found = criteria(&fair, &measured(starved()));
        let below = [&innocent, &caught].map(|layer| Below { layer, rubric: &unfair });
        inherit(&fair, &mut found, &below, Some(&measured(starved())));
        assert_eq!(found[2].outcome, Outcome::Inherited);
    }

    #[test]
    fn weak_orderings_are_a_fault_and_a_failure_that_is_allowed_is_none() {
        let weak = reports([
            (violated(WitnessKind::Overlap), upheld()),
            (upheld(), upheld()),
            (upheld(), upheld()),
        ]);
        assert!(is_fault(&criteria(&rubric(PETERSON), &weak)[0]));
        let starved = layer(&unfair(), violated(WitnessKind::Starvation));
        assert!(!starved.criteria.iter().any(is_fault));
        // Where failing is the task of the assignment, not failing is none of the stack's faults.
        let turns = criteria(&rubric(TAKING_TURNS), &measured(upheld()));
        assert_eq!(turns[1].criterion, Criterion::Progress);
        assert_eq!(turns[1].outcome, Outcome::Upheld);
    }

    #[test]
    fn a_stack_stands_on_guards_that_exclude_and_go_on() {
        let top = rubric(&format!("{PETERSON}[stack]\nlayers = [\"bottom\"]\n"));
        let check = |bottom: &Rubric| {
            let rubrics = [("bottom", bottom), ("top", &top)]
                .map(|(n, rubric)| (n.to_owned(), rubric.clone()));
            check("top", &top, &rubrics.into())
        };
        assert_eq!(check(&unfair()), Ok(()));
        assert!(check(&rubric(TAKING_TURNS)).unwrap_err().contains("violates progress"));
        let more = rubric(&PETERSON.replace("[2]", "[3, 4]"));
        assert!(processes(&[&rubric(PETERSON), &more]).is_empty());
        assert_eq!(processes(&[&more, &rubric(PETERSON)]), [2]);
        assert_eq!(stacked(&[&top, &top]).1, "Peterson<Peterson>");
    }

    #[test]
    fn each_layers_root_is_named_after_it() {
        let source = |path: &str| Source { path: path.to_owned(), bytes: Vec::new() };
        for (paths, root) in [
            (vec!["mutex/src/lib.rs", "mutex/src/queue.rs"], "mutex/src/mutex.rs"),
            (vec!["mutex/src/lib.rs", "mutex/src/mutex.rs"], "mutex/src/lib.rs"),
            (vec!["mutex.rs"], "mutex.rs"),
        ] {
            let files = paths.into_iter().map(source).collect();
            let examination = Some(Examination { sources: files, ..Examination::default() });
            let layer = super::Layer { assignment: "mutex".to_owned(), examination };
            assert_eq!(sources(&layer)[0].path, root);
        }
    }
}
