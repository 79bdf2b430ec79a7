//! One seed, one result: examinations, reports and traces repeat byte by byte, also while the machine
//! is busy with something else.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use harness::choice::Strategy;
use harness::engine::{Engine, Loans, Settings};
use harness::event::{Event, Observer};
use harness::memory::Model;
use harness::runner::{PROTOCOL_VERSION, Plan, Portfolio, Subject, criteria, examine};
use harness::scenario::{CriticalSectionScenario, Scenario};
use harness::strategy::{Exhaustive, Pct, Pos, Random, Replay, RoundRobin, Starver};
use harness::trace::Trace;
use reference::catalogue::{Entry, Kind, Visitor, visit_all};

/// The report on each solution of an assignment's own, and of one flawed one for each assignment.
struct Reports(Vec<String>);

impl Visitor for Reports {
    type Output = ();

    fn visit<S: Subject>(&mut self, entry: &Entry) {
        let chosen = entry.kind == Kind::Reference || entry.name == "relaxed";
        if !chosen {
            return;
        }
        let plan = Plan {
            version: PROTOCOL_VERSION,
            nonce: "nonce".to_owned(),
            assignment: entry.assignment.to_owned(),
            processes: vec![2],
            entries: 2,
            seed: 11,
            portfolio: Portfolio {
                exhaustive_executions_max: 400,
                random_executions: 200,
                pct_executions: 200,
                pos_executions: 200,
                adversary_executions: 10,
                ..Portfolio::default()
            },
            sources: BTreeMap::new(),
            replay: None,
        };
        let scenario = S::scenario();
        let report = examine(&*scenario, &plan, &criteria(&*scenario), &mut |_| ());
        self.0.push(serde_json::to_string(&report).expect("a report has a JSON form"));
    }
}

fn reports() -> Vec<String> {
    let mut reports = Reports(Vec::new());
    visit_all(&mut reports);
    reports.0
}

#[test]
fn a_report_repeats_byte_by_byte_also_on_a_busy_machine() {
    let quiet = reports();
    assert!(quiet.len() >= 9, "the references and some flawed solutions were examined");
    let busy = AtomicBool::new(true);
    let again = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut noise = 1_u64;
                while busy.load(Ordering::Relaxed) {
                    noise = std::hint::black_box(noise.wrapping_mul(3));
                }
            });
        }
        let again = reports();
        busy.store(false, Ordering::Relaxed);
        again
    });
    assert_eq!(quiet, again);
}

#[derive(Default)]
struct Recorder(Vec<Event>);

impl Observer for Recorder {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        self.0.push(*event);
        ControlFlow::Continue(())
    }
}

/// The traces of the first executions of `strategy`.
fn traces(strategy: &mut dyn Strategy, model: Model) -> Vec<Trace> {
    let scenario = CriticalSectionScenario::<reference::peterson::Peterson>::new();
    let mut engine = Engine::new();
    let settings = Settings {
        model,
        steps_max: 400,
        traced: true,
        overrides: Vec::new(),
        loans: Loans::ALL,
        machine: None,
    };
    let mut traces = Vec::new();
    for _ in 0..20 {
        let body = scenario.body(&[2, 2], scenario.situations()[0]).expect("it can be made");
        let mut recorder = Recorder::default();
        let outcome =
            harness::backend::execute(&mut engine, &*body, &settings, strategy, &mut recorder);
        if outcome.is_none() {
            break;
        }
        let schedule = engine.schedule().clone();
        traces.push(Trace { processes: 2, events: recorder.0, schedule });
    }
    traces
}

fn strategies() -> Vec<(&'static str, Box<dyn Strategy>)> {
    vec![
        ("random", Box::new(Random::new(5))),
        ("pct", Box::new(Pct::new(5))),
        ("pos", Box::new(Pos::new(5))),
        ("round robin", Box::new(RoundRobin::variety(5, 4))),
        ("starver", Box::new(Starver::new(5, 2, 30))),
        ("exhaustive", Box::new(Exhaustive::new(1000))),
    ]
}

#[test]
fn the_same_seed_gives_the_same_traces() {
    for model in [Model::Sequential, Model::Cpp20] {
        for ((name, mut once), (_, mut again)) in strategies().into_iter().zip(strategies()) {
            if name == "exhaustive" && model == Model::Sequential {
                continue; // it needs execution graphs
            }
            let text = |traces: Vec<Trace>| {
                traces.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            };
            let first = text(traces(&mut *once, model));
            assert!(first.contains("schedule s1:2:"), "{name} ran something");
            assert_eq!(first, text(traces(&mut *again, model)), "{name} under {model:?}");
        }
    }
}

#[test]
fn a_replay_gives_the_identical_trace() {
    for model in [Model::Sequential, Model::Cpp20] {
        for (name, mut strategy) in strategies() {
            if name == "exhaustive" && model == Model::Sequential {
                continue; // it needs execution graphs
            }
            for trace in traces(&mut *strategy, model) {
                let text = trace.schedule.to_string();
                let schedule = text.parse().expect("a schedule reads back");
                let mut replay = Replay::new(schedule);
                let mut replayed = traces(&mut replay, model).remove(0);
                assert_eq!(replay.divergence(), None, "{name} under {model:?}: {text}");
                // A replay goes on where the schedule ends, for instance where a process was parked.
                let steps = trace.schedule.len();
                replayed.events.retain(|event| (event.step as usize) < steps);
                let mut events = trace.events;
                events.retain(|event| (event.step as usize) < steps);
                assert_eq!(replayed.events, events, "{name} under {model:?}: {text}");
            }
        }
    }
}
