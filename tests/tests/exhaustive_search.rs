//! `strategy::exhaustive` visits each execution graph once and none twice: judged by litmus tests
//! with known counts, by brute force on random programs, and by locks with known counts.

#[path = "exhaustive/engine.rs"]
mod engine;
#[path = "exhaustive/locks.rs"]
mod locks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use engine::{CPP20, Manner, brute_force, execute};
use harness::choice::{Ending, Strategy};
use harness::event::LocationId;
use harness::memory::Model;
use harness::strategy::Exhaustive;
use tests::axioms;
use tests::program::{Function, Key, Operation, Outcome, Program, Replay, Thread, assume};

const RELAXED: [Ordering; 3] = [Ordering::Relaxed, Ordering::Relaxed, Ordering::AcqRel];
const RELEASE_ACQUIRE: [Ordering; 3] = [Ordering::Release, Ordering::Acquire, Ordering::AcqRel];
const SEQ_CST: [Ordering; 3] = [Ordering::SeqCst; 3];

/// What a search found, each graph with the number of visits checked to be one.
struct Search {
    complete: BTreeMap<Key, Outcome>,
    blocked: BTreeSet<Key>,
    strategy: Exhaustive,
}

fn search(program: &Program, manner: Manner) -> Search {
    let mut strategy = Exhaustive::new(u64::MAX);
    let (mut complete, mut blocked) = (BTreeMap::new(), BTreeSet::new());
    while let Some((ending, key, outcome)) = execute(program, manner, &mut strategy) {
        match ending {
            Ending::Complete => {
                let again = complete.insert(key, outcome).is_some();
                assert!(!again, "a complete graph was visited twice: {program:?}");
            }
            Ending::Blocked => {
                assert!(blocked.insert(key), "a blocked graph was visited twice: {program:?}");
            }
            Ending::Cut => {}
        }
    }
    assert!(strategy.is_exhausted(), "the search came to an end: {program:?}");
    assert_eq!(strategy.complete(), complete.len() as u64);
    assert_eq!(strategy.blocked(), blocked.len() as u64);
    Search { complete, blocked, strategy }
}

/// Everything that brute force finds, the search finds, and nothing else.
fn check(program: &Program, manner: Manner) -> Search {
    let (all, found) = (brute_force(program, manner), search(program, manner));
    assert_eq!(found.complete, all.complete, "complete graphs differ: {program:?} {manner:?}");
    assert!(found.blocked.is_subset(&all.blocked), "no such blocked graph: {program:?}");
    assert!(all.fair.is_subset(&found.blocked), "a blocked graph is missing: {program:?}");
    found
}

#[test]
fn litmus_tests_have_the_published_number_of_graphs() {
    let shapes = [
        ("Wx1 Ry / Wy1 Rx", [4, 4, 3]),
        ("Wx1 Wy1 / Ry Rx", [4, 3, 3]),
        ("Rx Wy1 / Ry Wx1", [3, 3, 3]),
        ("Wx2 Wy1 / Ry Wx1", [4, 3, 3]),
        ("Wx1 Wy1 / Wy2 Rx", [4, 4, 3]),
        ("Wx1 Wy2 / Wy1 Wx2", [4, 4, 3]),
        ("Wx1 / Rx Wy1 / Ry Rx", [8, 7, 7]),
        ("Wx1 Wy1 / Ry Wz1 / Rz Rx", [8, 7, 7]),
        ("Wx1 / Rx Ry / Wy1 Rx", [8, 8, 7]),
        ("Wx1 / Rx Ry / Ry Rx / Wy1", [16, 16, 15]),
        ("Wx1 / Rx Rx", [3, 3, 3]),
        ("Wx1 Rx / Wx2", [3, 3, 3]),
        ("Rx Wx1 / Wx2", [3, 3, 3]),
    ];
    for (text, counts) in shapes {
        for (defaults, count) in [RELAXED, RELEASE_ACQUIRE, SEQ_CST].into_iter().zip(counts) {
            check_litmus(text, defaults, count);
        }
    }
    let cases = [
        ("Ax1.rlx / Ax1.rlx", 2),
        ("Wx1.sc Ry.acq / Wy1.sc Rx.sc", 4),
        ("Wx1.rel Ry.sc / Wy1.sc Rx.sc", 4),
        ("Wx1.sc Ry.acq / Wy1.sc Rx.acq", 4),
        ("Wx1.rel Ry.sc / Wy1.rel Rx.sc", 4),
        ("Wx1.rel Rx.sc Ry.sc / Wy1.rel Ry.sc Rx.sc", 3),
        ("Wx1.sc Wy2.sc / Wy1.rel Wx2.sc", 4),
        ("Wx1.sc Wy2.sc / Wy1.sc Wx2.rel", 4),
        ("Wx1.sc / Rx.acq Ry.sc / Ry.acq Rx.sc / Wy1.sc", 16),
        ("Wx1.rlx / Rx.sc Ry.sc / Ry.sc Rx.sc / Wy1.rlx", 15),
        ("Wx1.rlx / Rx.sc Ry.sc / Wy1.sc Rx.sc", 7),
        ("Wx1.sc / Rx.acq Ry.sc / Wy1.sc Rx.sc", 8),
        ("Wx1.rel / Rx.rlx Wx2.sc Ry.sc / Wy1.sc Rx.sc", 13),
        ("Wx1.sc Wz1.rel / Rz.acq Wy1.sc / Wy2.sc Wx2.sc", 7),
        ("Wx1.sc Wz1.rlx / Rz.rlx Wy1.sc / Wy2.sc Wx2.sc", 8),
        ("Wx1.rel / Rx.rlx Wx2.sc / Rx.sc", 9),
        ("Wx1.rlx / Wx2.sc Wx3.sc / Rx.sc", 12),
        ("Wx1.rlx F.sc Ry.rlx / Wy1.rlx F.sc Rx.rlx", 3),
        ("Wx1.rlx F.ar Ry.rlx / Wy1.rlx F.ar Rx.rlx", 4),
        ("Wx1.rlx F.sc Ry.rlx / Wy1.rlx Rx.rlx", 4),
        ("Wx1.sc Ry.sc / Wy1.rlx F.sc Rx.rlx", 3),
        ("Wx1.rlx F.sc Wy2.rlx / Wy1.rlx F.sc Wx2.rlx", 3),
        ("Wx1.sc Wy2.sc / Wy1.rlx F.sc Wx2.rlx", 3),
        ("Wx1.rlx F.sc Wy1.rlx / Wy2.rlx F.sc Rx.rlx", 3),
        ("Wx1.rlx / Rx.rlx F.sc Ry.rlx / Wy1.rlx F.sc Rx.rlx", 7),
        ("Wx1.rlx / Rx.rlx F.sc Ry.rlx / Ry.rlx F.sc Rx.rlx / Wy1.rlx", 15),
        ("Wx1.rlx F.sc Wy1.rlx / Ry.acq Wz1.rlx / Wz2.rlx F.sc Rx.rlx", 7),
        ("Wx1.rlx F.rel Wy1.rlx / Ry.rlx F.acq Rx.rlx", 3),
        ("Rx.rlx F.ar Wy1.rlx / Ry.rlx F.ar Wx1.rlx", 3),
        ("Wx1.rlx F.sc Wk1.rlx / Wy1.rlx F.sc Wz1.rlx / Rk.acq Ry.rlx / Rz.acq Rx.rlx", 15),
        ("Wx1.sc Ry.sc / Wy1.rlx Wz1.rel / Rz.acq F.sc Rx.rlx", 7),
        ("Wx1.sc Ry.sc / Wy1.rlx F.sc Rz.rlx / Wz1.rlx / Rz.rlx F.sc Rx.rlx", 15),
        ("Wy1.rlx F.sc Rx.rlx F.acq Rz.rlx / Wz1.rlx Wx1.sc Ry.sc", 4),
        ("Wy1.rlx F.sc F.acq Rz.rlx / Wz1.rlx Wx1.sc Ry.sc", 4),
        ("Ux1.ar Ry.acq / Uy1.ar Rx.acq", 4),
        ("Wx1.rlx Uz1.ar Ry.acq / Wy1.rlx Uz2.ar Rx.acq", 4),
        ("Wx1.rlx Ay0.ar / Wy1.rlx Ax0.ar", 4),
        ("Wy1.rlx Wx1.rel Wx3.rlx / Rx.acq Ry.rlx", 5),
        ("Wy1.rlx Wx1.rel Ux3.rlx / Rx.acq Ry.rlx", 4),
        ("Wy1.rlx Wx1.rel / Ax1.rlx / Rx.acq Ry.rlx", 9),
        ("Wy1.rlx Wx1.rel / Wx2.rlx / Rx.acq Ry.rlx", 10),
        ("Wx1.rel Wx2.rel / Rx.acq Rx.acq", 6),
        ("Wx1.rel / Rx.acq / Rx.acq", 4),
        ("Wx1.rel / Wx2.rel / Rx.acq Rx.acq / Rx.acq", 36),
        ("Ry.acq / Rx.acq / Wx1.rel / Wy1.rel", 4),
        ("Ry.acq Az1.ar / Az1.ar Rx.acq / Wx1.rel Wy1.rel", 7),
        ("Rx.acq Az1.ar / Az1.ar Wy1.rel / Ry.acq Aw1.ar / Aw1.ar Wx1.rel", 15),
    ];
    for (text, count) in cases {
        check_litmus(text, SEQ_CST, count);
    }
}

fn check_litmus(text: &str, defaults: [Ordering; 3], count: usize) {
    let program = Program::parse(text, defaults);
    let found = search(&program, CPP20);
    assert_eq!(found.complete.len(), count, "{text} {defaults:?}");
    assert_eq!(found.complete, axioms::graphs(&program).complete, "{text} {defaults:?}");
}

/// Numbers that are the same on every machine (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len() as u64) as usize]
    }
}

/// What a random process does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Do(Operation),
    /// Does it only if the last value read was 0.
    IfZero(Operation),
    /// Goes on only if the last value read was not 0.
    AwaitNonZero,
}

fn process(steps: Vec<Step>) -> Thread {
    Box::new(move |replay: &mut Replay<'_>| {
        let mut last = 0;
        for &step in &steps {
            match step {
                Step::Do(operation) => last = replay.perform(operation)?,
                Step::IfZero(operation) if last == 0 => last = replay.perform(operation)?,
                Step::IfZero(_) => {}
                Step::AwaitNonZero => assume(last != 0)?,
            }
        }
        Ok(())
    })
}

/// What random programs are made of: chances in percent.
#[derive(Clone, Copy)]
struct Mix {
    processes: (u64, u64),
    events: u64,
    locations: u64,
    update: u64,
    fence: u64,
    conditional: u64,
    wait: u64,
    seq_cst: u64,
    /// Whether compare-exchanges are weak.
    weak: bool,
}

fn random_program(dice: &mut Dice, mix: Mix) -> Program {
    use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
    let processes = mix.processes.0 + dice.below(mix.processes.1 - mix.processes.0 + 1);
    let mut steps = vec![vec![]; processes as usize];
    for number in 0..mix.events {
        let chosen = dice.below(processes) as usize;
        let location = LocationId(dice.below(mix.locations) as u32);
        let seq_cst = dice.below(100) < mix.seq_cst;
        let mut ordering = |others: &[Ordering]| if seq_cst { SeqCst } else { dice.one_of(others) };
        let load = Operation::Load(location, ordering(&[Relaxed, Acquire]));
        let store = Operation::Store(location, number % 3 + 1, ordering(&[Relaxed, Release]));
        let fence = Operation::Fence(ordering(&[Acquire, Release, AcqRel]));
        let success = ordering(&[Relaxed, Acquire, Release, AcqRel]);
        let failure = dice.one_of(&[Relaxed, Acquire, SeqCst]);
        let function = dice.one_of(&[
            Function::Swap(number % 3 + 1),
            Function::Add(1),
            Function::Exchange(0, number % 3 + 1),
            Function::Exchange(1, 2),
        ]);
        let function = if mix.weak { function.weakened() } else { function };
        let operation = match dice.below(100) {
            roll if roll < mix.update => Operation::Update(location, function, success, failure),
            roll if roll < mix.update + mix.fence => fence,
            roll if roll % 2 == 0 => load,
            _ => store,
        };
        let conditional = dice.below(100) < mix.conditional;
        steps[chosen].push(if conditional { Step::IfZero } else { Step::Do }(operation));
        let reads = matches!(operation, Operation::Load(..) | Operation::Update(..));
        if reads && dice.below(100) < mix.wait {
            steps[chosen].push(Step::AwaitNonZero);
        }
    }
    let text = format!("{steps:?}");
    let threads = steps.into_iter().map(process).collect();
    Program { threads, locations: mix.locations as usize, text }
}

fn check_random(seed: u64, programs: usize, mix: Mix, manner: Manner) -> [u64; 4] {
    let mut dice = Dice(seed);
    let mut sums = [0; 4];
    for _ in 0..programs {
        let strategy = check(&random_program(&mut dice, mix), manner).strategy;
        let counts =
            [strategy.complete(), strategy.blocked(), strategy.inconsistent(), strategy.hopeless()];
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sums
}

const PLAIN: Mix = Mix {
    processes: (2, 4),
    events: 6,
    locations: 2,
    update: 20,
    fence: 15,
    conditional: 20,
    wait: 0,
    seq_cst: 40,
    weak: false,
};

#[test]
fn random_programs_give_the_graphs_of_brute_force() {
    check_random(1, 1000, PLAIN, CPP20);
    check_random(2, 300, Mix { events: 7, locations: 3, ..PLAIN }, CPP20);
    check_random(3, 300, PLAIN, Manner { idle: true, ..CPP20 });
    check_random(4, 300, PLAIN, Manner { model: Model::Strong, ..CPP20 });
}

#[test]
fn random_updates_of_one_location_give_the_graphs_of_brute_force() {
    let mix = Mix { update: 70, locations: 1, fence: 0, ..PLAIN };
    check_random(11, 500, mix, CPP20);
    check_random(12, 500, Mix { locations: 2, seq_cst: 80, ..mix }, CPP20);
    check_random(13, 200, Mix { locations: 2, seq_cst: 80, events: 7, ..mix }, CPP20);
}

#[test]
fn random_weak_exchanges_give_the_graphs_of_brute_force() {
    let mix = Mix { update: 60, weak: true, ..PLAIN };
    let strong = check_random(21, 500, Mix { weak: false, ..mix }, CPP20);
    let weak = check_random(21, 500, mix, CPP20);
    assert!(weak[0] > strong[0], "some exchanges fail spuriously");
    check_random(22, 300, Mix { locations: 1, ..mix }, CPP20);
    check_random(23, 300, Mix { seq_cst: 90, ..mix }, CPP20);
    check_random(24, 300, Mix { wait: 60, ..mix }, CPP20);
    check_random(25, 300, mix, Manner { model: Model::Strong, ..CPP20 });
}

#[test]
fn random_waiting_programs_give_the_graphs_of_brute_force() {
    let mix = Mix { wait: 60, ..PLAIN };
    let [_, blocked, _, hopeless] = check_random(31, 1000, mix, CPP20);
    assert!(blocked > 0 && hopeless > 0, "some processes wait for ever");
    check_random(32, 300, Mix { update: 50, ..mix }, CPP20);
    check_random(33, 300, Mix { events: 7, ..mix }, Manner { idle: true, ..CPP20 });
}

#[test]
fn locks_have_the_known_number_of_graphs() {
    for case in locks::cases() {
        let found = search(&case.program, CPP20).strategy;
        let wasted = found.blocked() + found.hopeless();
        println!(
            "{:30} complete {:4}, blocked {:4}, hopeless {:4}, inconsistent {:4}; at most {}",
            case.program.text,
            found.complete(),
            found.blocked(),
            found.hopeless(),
            found.inconsistent(),
            case.blocked_max,
        );
        assert_eq!(found.complete(), case.complete, "{}", case.program.text);
        assert_eq!(found.inconsistent(), 0, "{}", case.program.text);
        assert!(wasted <= case.blocked_max, "{}: {wasted} blocked", case.program.text);
    }
}

#[test]
fn a_budget_ends_the_search_and_is_not_exhaustion() {
    let program = Program::parse("Wx1 Ry / Wy1 Rx", RELAXED);
    let mut strategy = Exhaustive::new(3);
    while execute(&program, CPP20, &mut strategy).is_some() {}
    assert_eq!(strategy.complete(), 3);
    assert!(!strategy.is_exhausted());
}

#[test]
fn an_execution_that_was_cut_short_leaves_the_search_incomplete() {
    let mut strategy = Exhaustive::new(u64::MAX);
    assert!(strategy.begin());
    strategy.end(Ending::Cut);
    assert!(!strategy.begin(), "nothing is known of what would have come after");
    assert_eq!((strategy.cut(), strategy.complete()), (1, 0));
    assert!(!strategy.is_exhausted());
}
