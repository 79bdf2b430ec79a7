//! The race condition: what is computed of the specified counter, and what is said of those who foretell
//! it wrongly.

use std::collections::{BTreeMap, BTreeSet};

use harness::examination::{Effort, Examiner, Memory};
use harness::exploration::Explorer;
use harness::prelude::*;
use harness::runner::{
    Conclusion, CounterSubject, Criterion, PROTOCOL_VERSION, Plan, Portfolio, Replayed, Report,
    Subject, Verdict, Witness, WitnessKind, examine, replay_in_test,
};

/// A counter as it is specified, with a prediction to be tried.
macro_rules! foretelling {
    ($name:ident, $processes:ident, $increments:ident, $body:expr) => {
        struct $name(AtomicU64);

        impl Counter for $name {
            fn new(_: usize) -> Self {
                Self(AtomicU64::new(0))
            }

            fn increment(&self, _: ProcessId) {
                let seen = self.0.load(Ordering::SeqCst);
                self.0.store(seen + 1, Ordering::SeqCst);
            }

            fn value(&self) -> u64 {
                self.0.load(Ordering::SeqCst)
            }

            fn final_values($processes: usize, $increments: usize) -> Vec<u64> {
                $body
            }
        }
    };
}

/// What theory says.
fn possible(processes: usize, increments: usize) -> BTreeSet<u64> {
    let most = (processes * increments) as u64;
    let least = if processes == 1 { most } else { increments.min(2) as u64 };
    (least..=most).collect()
}

fn report<S: Counter + 'static>(criterion: Criterion) -> Report {
    let plan = Plan {
        version: PROTOCOL_VERSION,
        nonce: String::new(),
        assignment: "race_condition".to_owned(),
        processes: vec![2, 3],
        entries: 2,
        seed: 7,
        portfolio: Portfolio::default(),
        sources: BTreeMap::new(),
        replay: None,
    };
    examine(&*CounterSubject::<S>::scenario(), &plan, &[criterion], &mut |_| ())
}

fn witness<S: Counter + 'static>(criterion: Criterion) -> Witness {
    let report = report::<S>(criterion);
    assert_eq!(report.conclusion, Conclusion::Examined);
    match &report.criteria[0].cpp20 {
        Verdict::Violated { witness } => witness.clone(),
        other => panic!("{other:?}"),
    }
}

foretelling!(Right, processes, increments, {
    // Order and repetition do not matter.
    let values = possible(processes, increments);
    values.iter().rev().chain(&values).copied().collect()
});

#[test]
fn the_computed_values_are_those_of_theory_under_both_memories() {
    let effort = Effort {
        processes: vec![2],
        entries: 2,
        seed: 7,
        exhaustive_executions_max: 1,
        random_executions: 1,
        pct_executions: 1,
        pos_executions: 1,
        adversary_executions: 1,
        steps_per_execution_max: 4_000,
        pump_repetitions: 1,
    };
    let scenario = CounterSubject::<Right>::scenario();
    let mut situations = scenario.situations().iter().copied();
    let situation = situations.find(|it| it.asks.prediction).expect("there is one");
    for memory in [Memory::Sequential, Memory::Cpp20] {
        for (processes, increments) in [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)] {
            let mut examiner = Examiner::new(Explorer::new(&*scenario), &effort);
            let case = examiner
                .foretold(memory, situation, processes, increments)
                .expect("nothing panics")
                .expect("all executions are visited");
            assert_eq!(case.possible, possible(processes, increments), "{processes}, {increments}");
            assert!(case.is_right());
        }
    }
}

#[test]
fn a_right_prediction_holds_with_all_executions_as_evidence() {
    let report = report::<Right>(Criterion::Prediction);
    let Verdict::Upheld { evidence, .. } = &report.criteria[0].cpp20 else {
        panic!("{report:?}");
    };
    assert!(evidence.iter().all(|one| one.complete && one.executions > 0));
    assert_eq!(evidence.iter().map(|one| one.processes).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn the_smallest_lost_update_is_drawn() {
    let witness = witness::<Right>(Criterion::MutualExclusion);
    assert_eq!(witness.kind, WitnessKind::LostUpdate);
    assert_eq!((witness.processes, witness.entries.as_slice()), (2, [1, 1].as_slice()));
    let accesses: Vec<&str> = witness
        .steps
        .iter()
        .filter(|step| step.number.is_some())
        .map(|step| step.text.rsplit('.').next().unwrap_or_default())
        .collect();
    assert_eq!(
        accesses,
        [
            "load(SeqCst) → 0",
            "load(SeqCst) → 0",
            "store(1, SeqCst)",
            "store(1, SeqCst)",
            "load(SeqCst) → 1"
        ],
        "{}",
        witness.drawing
    );
    assert!(witness.drawing.contains("an update is lost"), "{}", witness.drawing);
    assert!(
        witness.reason.contains("incremented 2 times, and its value is 1"),
        "{}",
        witness.reason
    );
}

foretelling!(OnlyTheMost, processes, increments, vec![(processes * increments) as u64]);

#[test]
fn each_missing_value_comes_with_a_schedule_that_ends_with_it() {
    let witness = witness::<OnlyTheMost>(Criterion::Prediction);
    assert_eq!(witness.kind, WitnessKind::Missing);
    assert!(witness.reason.contains("final_values(2, 2)"), "{}", witness.reason);
    assert!(witness.reason.contains("2 and 3 are missing in yours"), "{}", witness.reason);
    // One for each value: 1 of (2, 1), 2 and 3 of (2, 2), 2 to 5 of (2, 3), 1 and 2 of (3, 1), 2 to 5 of (3, 2).
    let mut words: Vec<&str> = witness.drawing.split_whitespace().collect();
    words.push(&witness.replay);
    let scenes: BTreeSet<&str> =
        words.into_iter().filter(|word| word.contains("/specified/")).collect();
    assert_eq!(scenes.len(), 1 + 2 + 4 + 2 + 4, "{}", witness.drawing);
    for scene in scenes {
        let replayed = replay_in_test::<CounterSubject<OnlyTheMost>>(scene, &BTreeMap::new());
        let Replayed::Shown { drawing, ending, .. } = replayed else {
            panic!("{scene}: {replayed:?}");
        };
        assert!(drawing.contains("value returns"), "{drawing}");
        assert!(ending.contains("missing in yours"), "{ending}");
        let right = replay_in_test::<CounterSubject<Right>>(scene, &BTreeMap::new());
        assert!(matches!(right, Replayed::Gone { .. }), "{right:?}");
    }
}

foretelling!(Anything, processes, increments, {
    (0..100_000 * (processes * increments) as u64).collect()
});

#[test]
fn impossible_values_are_told_with_the_true_ones_and_in_measure() {
    let witness = witness::<Anything>(Criterion::Prediction);
    assert_eq!(witness.kind, WitnessKind::Impossible);
    assert!(witness.reason.contains("the only execution ends with 3; yours lists 0, 1, 2, 4"));
    assert!(witness.reason.len() < 2_000, "{}", witness.reason);
    assert!(!witness.replay.is_empty());
}

foretelling!(Panics, processes, _increments, panic!("no idea of {processes}"));

#[test]
fn a_panic_is_told_with_its_place() {
    let report = report::<Panics>(Criterion::Prediction);
    let Conclusion::Panicked { panic, site, .. } = &report.conclusion else {
        panic!("{report:?}");
    };
    assert_eq!(panic, "no idea of 1");
    assert!(site.contains("counting.rs"), "{site}");
}

foretelling!(Huge, _processes, _increments, vec![0; usize::MAX]);

#[test]
fn a_list_without_measure_is_a_panic() {
    let report = report::<Huge>(Criterion::Prediction);
    assert!(matches!(report.conclusion, Conclusion::Panicked { .. }), "{report:?}");
}
