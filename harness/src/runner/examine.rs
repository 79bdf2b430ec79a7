//! One submission through all examinations: from a plan to a report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};

use super::counted;
use super::plan::{PROTOCOL_VERSION, Plan, Portfolio};
use super::report::{
    Conclusion, Criterion, CriterionReport, Doorway, Evidence, Mend, Profile, Replayed, Report,
    Verdict, Waiting,
};
use super::scene::Scene;
use super::told::Told;
use super::witness::{receiver, witness};
use crate::examination::{self, Effort, Examiner, Memory};
use crate::exploration::{Crash, Explorer};
use crate::oracle::Rule;
use crate::scenario::{Asks, Scenario};

/// The solutions that are under examination in this process. One examination of each at a time: it
/// may keep its state in statics.
static EXAMINED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
static EXAMINED_LESS: Condvar = Condvar::new();

/// The right to examine a solution.
struct Alone(&'static str);

impl Alone {
    fn with(solution: &'static str) -> Self {
        let examined = EXAMINED.lock().unwrap_or_else(PoisonError::into_inner);
        EXAMINED_LESS
            .wait_while(examined, |examined| examined.contains(solution))
            .unwrap_or_else(PoisonError::into_inner)
            .insert(solution);
        Self(solution)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        EXAMINED.lock().unwrap_or_else(PoisonError::into_inner).remove(self.0);
        EXAMINED_LESS.notify_all();
    }
}

/// The criteria that a contract has, in the order of every report.
pub fn criteria(scenario: &dyn Scenario) -> Vec<Criterion> {
    let asked = |asks: fn(&Asks) -> bool| scenario.situations().iter().any(|it| asks(&it.asks));
    let mut criteria = vec![Criterion::MutualExclusion, Criterion::Progress];
    if asked(|asks| asks.fairness) {
        criteria.push(Criterion::BoundedWaiting);
    }
    if asked(|asks| asks.sleep) {
        criteria.push(Criterion::BusyWaiting);
    }
    if asked(|asks| asks.ownership) {
        criteria.push(Criterion::Ownership);
    }
    if asked(|asks| asks.prediction) {
        criteria.push(Criterion::Prediction);
    }
    if asked(|asks| asks.preference.is_some()) {
        criteria.push(Criterion::Preference);
    }
    criteria
}

/// Examines the solution of `scenario` on `criteria`. `say` is told what comes next.
pub fn examine(
    scenario: &dyn Scenario,
    plan: &Plan,
    criteria: &[Criterion],
    say: &mut dyn FnMut(&str),
) -> Report {
    let _alone = Alone::with(scenario.solution());
    let effort = effort(&plan.portfolio, &plan.processes, plan.entries, plan.seed);
    let mut examiner = Examiner::new(Explorer::new(scenario), &effort);
    let mut report = Report {
        version: PROTOCOL_VERSION,
        nonce: plan.nonce.clone(),
        assignment: plan.assignment.clone(),
        conclusion: Conclusion::Examined,
        criteria: Vec::new(),
        profile: None,
        mends: Vec::new(),
    };
    for &criterion in criteria {
        match both(&mut examiner, criterion, plan, say) {
            Ok(found) => report.criteria.push(found),
            Err(crash) => {
                report.conclusion = concluded(&crash);
                return report;
            }
        }
    }
    if criteria.contains(&Criterion::BoundedWaiting) || !scenario.loans().memory {
        match examiner.profile() {
            Ok(found) => report.profile = Some(profile(found)),
            Err(crash) => {
                report.conclusion = concluded(&crash);
                return report;
            }
        }
    }
    let too_weak = |found: &CriterionReport| {
        matches!(found.cpp20, Verdict::Violated { .. })
            && matches!(found.sequential, Verdict::Upheld { .. })
    };
    if report.criteria.iter().any(too_weak) {
        say("a search for orderings that would mend it");
        // A crash in here is none of the solution as it was handed in.
        report.mends = examination::mends(scenario, &effort)
            .unwrap_or_default()
            .iter()
            .map(|found| mend(found, &plan.sources))
            .collect();
    }
    report
}

/// Shows a counterexample again.
pub(super) fn replay(
    scenario: &dyn Scenario,
    scene: &str,
    sources: &BTreeMap<String, String>,
) -> Replayed {
    let _alone = Alone::with(scenario.solution());
    let scene = match Scene::parse(scene, scenario.situations()) {
        Ok(scene) => scene,
        Err(reason) => return Replayed::Impossible { reason },
    };
    let mut explorer = Explorer::new(scenario);
    match Told::new(&mut explorer, &scene.setup, &scene.schedule, sources) {
        Ok(told) if scene.setup.situation.asks.prediction => {
            let effort = effort(&Portfolio::default(), &[], 1, 0);
            let mut examiner = Examiner::new(explorer, &effort);
            counted::replayed(&mut examiner, &scene.setup, &told)
        }
        Ok(told) => match &told.diverged {
            Some(reason) => Replayed::Gone {
                reason: format!("this code does not allow that execution: {reason}"),
            },
            None if told.is_fine() && scene.setup.situation.rule == Rule::Counter => {
                Replayed::Gone {
                    reason:
                        "with this code, the same execution ends well: every process has done all \
                         it had to do, and no increment is lost"
                            .to_owned(),
                }
            }
            None if told.is_fine() && told.is_of_messages() => Replayed::Gone {
                reason:
                    "with this code, the same execution ends well: every process has done all it \
                     had to do, and what was sent is received"
                        .to_owned(),
            },
            None if told.is_fine() => Replayed::Gone {
                reason: "with this code, the same execution ends well: every process has done all \
                         it had to do, and never were two inside at once"
                    .to_owned(),
            },
            None => Replayed::Shown {
                ending: told.ending(),
                excludes: told.excludes(),
                drawing: told.drawing(&told.mark()),
                steps: told.steps(),
            },
        },
        Err(crash) => Replayed::Impossible {
            reason: format!("the code panicked at {}: {}", crash.panic.site, crash.panic.message),
        },
    }
}

fn effort(portfolio: &Portfolio, processes: &[usize], entries: u32, seed: u64) -> Effort {
    Effort {
        processes: processes.to_vec(),
        entries,
        seed,
        exhaustive_executions_max: portfolio.exhaustive_executions_max,
        random_executions: portfolio.random_executions,
        pct_executions: portfolio.pct_executions,
        pos_executions: portfolio.pos_executions,
        adversary_executions: portfolio.adversary_executions,
        steps_per_execution_max: portfolio.steps_per_execution_max,
        pump_repetitions: portfolio.pump_repetitions,
    }
}

fn both(
    examiner: &mut Examiner<'_>,
    criterion: Criterion,
    plan: &Plan,
    say: &mut dyn FnMut(&str),
) -> Result<CriterionReport, Crash> {
    let name = match criterion {
        Criterion::MutualExclusion => "mutual exclusion",
        Criterion::Progress => "progress",
        Criterion::BoundedWaiting => "bounded waiting",
        Criterion::BusyWaiting => "busy waiting",
        Criterion::Ownership => "ownership",
        Criterion::Preference => "preference",
        Criterion::Prediction => "prediction",
    };
    say(&format!("{name} under sequential consistency"));
    let sequential = measure(examiner, criterion, Memory::Sequential)?;
    say(&format!("{name} under C++20 memory"));
    // Every sequentially consistent execution is one of C++20.
    let cpp20 = match &sequential {
        examination::Verdict::Violated(violation) => {
            let transferred = examiner.transferred(violation, Memory::Cpp20)?;
            let violation = transferred.map_or_else(|| violation.clone(), Box::new);
            examination::Verdict::Violated(violation)
        }
        // What the counter as it is specified can come to is the same under both.
        examination::Verdict::Foretold(_) => sequential.clone(),
        // Where no memory is shared, there is nothing that an ordering could change.
        _ if !examiner.explorer().scenario().loans().memory => sequential.clone(),
        _ => measure(examiner, criterion, Memory::Cpp20)?,
    };
    Ok(CriterionReport {
        criterion,
        cpp20: told(examiner, cpp20, plan)?,
        sequential: told(examiner, sequential, plan)?,
    })
}

fn measure(
    examiner: &mut Examiner<'_>,
    criterion: Criterion,
    memory: Memory,
) -> Result<examination::Verdict, Crash> {
    let verdict = match criterion {
        Criterion::MutualExclusion => examiner.mutual_exclusion(memory)?,
        Criterion::Progress => examiner.progress(memory)?,
        Criterion::BoundedWaiting => examiner.bounded_waiting(memory)?,
        Criterion::BusyWaiting => examiner.busy_waiting(memory)?,
        Criterion::Ownership => examiner.ownership(memory)?,
        Criterion::Prediction => examiner.prediction(memory)?,
        Criterion::Preference => examiner.preference(memory)?,
    };
    let upheld = matches!(verdict, examination::Verdict::Upheld { .. });
    let moves = matches!(criterion, Criterion::Progress | Criterion::BoundedWaiting);
    if upheld && moves && examiner.miscounts(memory)?.is_some_and(|found| found.is_violated()) {
        let reason = "the counter miscounts although nobody interferes, so it says nothing that its \
                      increments return";
        return Ok(examination::Verdict::Unknown(reason.to_owned()));
    }
    if upheld && criterion != Criterion::MutualExclusion && examiner.is_always_open(memory)? {
        let reason = "the door is always open: whoever asks gets in, whoever is inside, so nobody \
                      ever waits";
        return Ok(examination::Verdict::Unknown(reason.to_owned()));
    }
    Ok(verdict)
}

/// A verdict as the report has it.
fn told(
    examiner: &mut Examiner<'_>,
    verdict: examination::Verdict,
    plan: &Plan,
) -> Result<Verdict, Crash> {
    Ok(match verdict {
        examination::Verdict::Upheld { evidence, bypass, doorway } => Verdict::Upheld {
            evidence: evidence
                .into_iter()
                .map(|one| Evidence {
                    strategy: one.strategy.to_owned(),
                    processes: one.processes,
                    entries: one.entries,
                    executions: one.executions,
                    blocked: one.blocked,
                    complete: one.complete,
                })
                .collect(),
            bypass,
            doorway: doorway.map(|found| Doorway { steps: found.steps, bypass: found.bypass }),
        },
        examination::Verdict::Violated(violation) => {
            Verdict::Violated { witness: witness(examiner.explorer(), &violation, &plan.sources)? }
        }
        examination::Verdict::Foretold(wrong) => {
            Verdict::Violated { witness: counted::witness(examiner.explorer(), &wrong)? }
        }
        examination::Verdict::Unknown(reason) => Verdict::Unknown { reason },
    })
}

fn concluded(crash: &Crash) -> Conclusion {
    let (message, site) = (&crash.panic.message, crash.panic.site.clone());
    if is_ours(&site) {
        return Conclusion::Fault { what: format!("{message}, at {site}") };
    }
    if message.starts_with("not yet implemented") || message.starts_with("not implemented") {
        return Conclusion::NotImplemented { site };
    }
    Conclusion::Panicked {
        panic: message.clone(),
        site,
        replay: crash.execution.as_deref().map(|(setup, schedule)| {
            Scene { setup: setup.clone(), schedule: schedule.clone() }.to_string()
        }),
    }
}

/// Whether a panic is one of the harness itself. Those that a caller's mistake raises in the shims are
/// located at the caller.
fn is_ours(site: &str) -> bool {
    let here = file!();
    here.strip_suffix("runner/examine.rs").is_some_and(|root| site.starts_with(root))
}

fn profile(found: examination::Profile) -> Profile {
    Profile {
        waiting: found.waiting.map(|waiting| match waiting {
            examination::Waiting::Busy => Waiting::Busy,
            examination::Waiting::Asleep => Waiting::Asleep,
        }),
        methods: found.methods.into_iter().map(ToOwned::to_owned).collect(),
    }
}

fn mend(mend: &examination::Mend, sources: &BTreeMap<String, String>) -> Mend {
    Mend {
        file: mend.site.file().to_owned(),
        line: mend.site.line(),
        column: mend.site.column(),
        variable: receiver(mend.site, mend.method, sources),
        method: mend.method.to_owned(),
        from: ordering(mend.from),
        to: ordering(mend.to),
    }
}

fn ordering(ordering: Ordering) -> String {
    format!("{ordering:?}")
}
