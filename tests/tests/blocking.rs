//! The primitives that block: everything that may happen does, and nothing else.
//!
//! Each program is run under all its executions, and under many sampled ones; the sets of results must be
//! the same.

use std::collections::BTreeSet;
use std::sync::Mutex;

use harness::backend;
use harness::choice::{Choice, Strategy};
use harness::engine::{Body, Engine, Loans, Outcome, Settings};
use harness::memory::Model;
use harness::prelude::*;
use harness::strategy::{Exhaustive, Pct, Random, Replay};

/// A program: its shared variables are made anew for each execution.
struct Program<'a, S> {
    processes: usize,
    shared: S,
    code: &'a (dyn Fn(&S, usize) + Sync),
}

impl<S> Body for Program<'_, S> {
    fn processes(&self) -> usize {
        self.processes
    }

    fn run(&self, process: ProcessId) {
        (self.code)(&self.shared, process.index());
    }
}

/// How the executions of a program end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Everybody finished, and this was said.
    Complete(Vec<u64>),
    /// These wait for ever.
    Blocked(Vec<usize>),
    /// A data race.
    Race,
    /// A guard was left by one who was not in it.
    Misused,
}

fn settings(model: Model) -> Settings {
    Settings {
        model,
        steps_max: 400,
        traced: false,
        overrides: Vec::new(),
        loans: Loans::ALL,
        machine: None,
    }
}

fn ends<S: Sync>(
    processes: usize,
    model: Model,
    strategy: &mut dyn Strategy,
    executions: usize,
    shared: impl Fn() -> S,
    code: impl Fn(&S, usize, &dyn Fn(u64)) + Sync,
) -> BTreeSet<End> {
    backend::install_hook();
    let mut engine = Engine::new();
    let mut ends = BTreeSet::new();
    for _ in 0..executions {
        let said = Mutex::new(Vec::new());
        let say = |value| said.lock().expect("nobody panics").push(value);
        let code = |shared: &S, process: usize| code(shared, process, &say);
        let program = Program { processes, shared: shared(), code: &code };
        let settings = settings(model);
        let Some(outcome) = backend::execute(&mut engine, &program, &settings, strategy, &mut ())
        else {
            break;
        };
        let end = match &outcome {
            Outcome::Complete => {
                let mut said = said.lock().expect("nobody panics").clone();
                said.sort_unstable();
                End::Complete(said)
            }
            Outcome::Blocked { waiting, for_ever: true } => {
                End::Blocked(waiting.iter().map(ProcessId::index).collect())
            }
            // It stands for the beginning of another execution.
            Outcome::Blocked { for_ever: false, .. } | Outcome::Abandoned => continue,
            Outcome::DataRace(_) => End::Race,
            Outcome::Misused(_) => End::Misused,
            other => panic!("{other:?}"),
        };
        if !matches!(end, End::Race | End::Misused) {
            let schedule = engine.schedule().clone();
            let mut replay = Replay::new(schedule.clone());
            let again = Program { processes, shared: shared(), code: &code };
            let replayed = backend::execute(&mut engine, &again, &settings, &mut replay, &mut ());
            assert_eq!(replay.divergence(), None, "{schedule}");
            if matches!(end, End::Complete(_)) {
                assert_eq!(replayed, Some(Outcome::Complete), "{schedule}");
            } else {
                assert!(
                    matches!(replayed, Some(Outcome::Blocked { .. })),
                    "{schedule} {replayed:?}"
                );
            }
        }
        ends.insert(end);
    }
    ends
}

/// All ends of a program, found by exhaustive search and by sampling under C++20, and the number of
/// executions of the former.
fn all_ends<S: Sync>(
    processes: usize,
    shared: impl Fn() -> S + Copy,
    code: impl Fn(&S, usize, &dyn Fn(u64)) + Sync + Copy,
) -> (BTreeSet<End>, u64) {
    let mut exhaustive = Exhaustive::new(100_000);
    let all = ends(processes, Model::Cpp20, &mut exhaustive, usize::MAX, shared, code);
    // Where an execution ends in a race, nothing is known of what would have come after.
    let is_cut = all.contains(&End::Race) || all.contains(&End::Misused);
    assert!(exhaustive.is_exhausted() || is_cut, "{exhaustive:?}");
    for strategy in [&mut Random::new(1) as &mut dyn Strategy, &mut Pct::new(2)] {
        for model in [Model::Cpp20, Model::Sequential] {
            let some = ends(processes, model, strategy, 2_000, shared, code);
            assert!(some.is_subset(&all), "{some:?} in {all:?}");
            if model == Model::Cpp20 {
                assert_eq!(some, all);
            }
        }
    }
    (all, exhaustive.complete() + exhaustive.blocked())
}

fn complete(said: &[u64]) -> End {
    End::Complete(said.to_vec())
}

/// A flag, and a datum that it hands over.
struct Letter {
    there: AtomicBool,
    text: SharedCell<u64>,
}

impl Letter {
    const fn new() -> Self {
        Self { there: AtomicBool::new(false), text: SharedCell::new(0) }
    }
}

#[test]
fn who_parks_in_a_loop_is_woken_under_every_schedule() {
    let (ends, graphs) = all_ends(2, Letter::new, |letter, me, say| {
        if me == 0 {
            while !letter.there.load(Ordering::Acquire) {
                park();
            }
            say(letter.text.get());
        } else {
            letter.text.set(7);
            letter.there.store(true, Ordering::Release);
            unpark(ProcessId::new(0));
        }
    });
    assert_eq!(ends, [complete(&[7])].into());
    assert!((4..40).contains(&graphs), "{graphs}");
}

#[test]
fn a_park_that_is_not_repeated_may_return_too_early() {
    let (ends, _) = all_ends(2, Letter::new, |letter, me, say| {
        if me == 0 {
            if !letter.there.load(Ordering::Acquire) {
                park();
            }
            say(u64::from(letter.there.load(Ordering::Relaxed)));
        } else {
            letter.there.store(true, Ordering::Release);
            unpark(ProcessId::new(0));
        }
    });
    assert_eq!(ends, [complete(&[0]), complete(&[1])].into());
}

#[test]
fn a_wake_up_before_the_store_is_lost() {
    let (ends, _) = all_ends(2, Letter::new, |letter, me, _| {
        if me == 0 {
            while !letter.there.load(Ordering::SeqCst) {
                park();
            }
        } else {
            unpark(ProcessId::new(0));
            letter.there.store(true, Ordering::SeqCst);
        }
    });
    assert_eq!(ends, [complete(&[]), End::Blocked(vec![0])].into());
}

#[test]
fn what_happens_before_unpark_happens_before_the_return_of_park() {
    // No other ordering: the token alone hands over. A spurious wake-up hands over nothing.
    let (ends, _) = all_ends(2, Letter::new, |letter, me, _| {
        if me == 0 {
            park();
            letter.text.get();
        } else {
            letter.text.set(1);
            unpark(ProcessId::new(0));
        }
    });
    assert_eq!(ends, [complete(&[]), End::Race].into());
    let (ends, _) = all_ends(2, Letter::new, |letter, me, _| {
        if me == 0 {
            park(); // perhaps spuriously, but that happens once
            park();
            letter.text.get();
        } else {
            letter.text.set(1);
            unpark(ProcessId::new(0));
        }
    });
    assert_eq!(ends, [complete(&[]), End::Blocked(vec![0])].into());
}

#[test]
fn there_is_one_token_only() {
    let (ends, _) = all_ends(2, Letter::new, |_, me, _| {
        if me == 0 {
            park();
            park();
            park();
        } else {
            unpark(ProcessId::new(0));
            unpark(ProcessId::new(0));
        }
    });
    assert_eq!(ends, [complete(&[]), End::Blocked(vec![0])].into());
}

#[test]
fn a_futex_does_not_sleep_through_a_change() {
    let word = || (AtomicU32::new(0), SharedCell::new(0_u64));
    let (ends, graphs) = all_ends(2, word, |(word, text), me, say| {
        if me == 0 {
            while word.load(Ordering::Acquire) == 0 {
                futex_wait(word, 0);
            }
            say(text.get());
        } else {
            text.set(3);
            word.store(1, Ordering::Release);
            futex_wake(word, 1);
        }
    });
    assert_eq!(ends, [complete(&[3])].into());
    assert!(graphs < 200, "{graphs}");
}

#[test]
fn a_futex_wakes_as_many_as_it_is_told() {
    let word = || AtomicU32::new(0);
    let (ends, _) = all_ends(3, word, |word, me, _| {
        if me < 2 {
            while word.load(Ordering::Acquire) == 0 {
                futex_wait(word, 0);
            }
        } else {
            word.store(1, Ordering::Release);
            futex_wake(word, 1);
        }
    });
    assert_eq!(ends, [complete(&[]), End::Blocked(vec![0]), End::Blocked(vec![1])].into());
    let (ends, _) = all_ends(3, word, |word, me, _| {
        if me < 2 {
            while word.load(Ordering::Acquire) == 0 {
                futex_wait(word, 0);
            }
        } else {
            word.store(1, Ordering::Release);
            futex_wake(word, usize::MAX);
        }
    });
    assert_eq!(ends, [complete(&[])].into());
}

#[test]
fn a_guard_lets_in_one_at_a_time_and_hands_over() {
    let shared = || (Guard::new(), SharedCell::new(0_u64));
    for processes in [2, 3] {
        let (ends, graphs) = all_ends(processes, shared, |(guard, count), _, _| {
            for _ in 0..4 - processes.min(3) {
                guard.enter();
                count.set(count.get() + 1);
                guard.leave();
            }
        });
        assert_eq!(ends, [complete(&[])].into());
        assert!(graphs < 60, "{graphs}");
    }
}

#[test]
fn a_guard_is_left_by_the_one_that_is_in_it() {
    let (ends, _) = all_ends(2, Guard::new, |guard, me, _| {
        if me == 0 {
            guard.enter();
        }
        guard.leave();
    });
    assert_eq!(ends, [End::Misused].into());
}

#[test]
fn a_guard_is_left_once() {
    // Also where nobody else was in it in between.
    let (ends, _) = all_ends(2, Guard::new, |guard, me, _| {
        if me == 0 {
            guard.enter();
            guard.leave();
            guard.leave();
        }
    });
    assert_eq!(ends, [End::Misused].into());
}

#[test]
fn who_enters_a_guard_twice_waits_for_ever() {
    let (ends, _) = all_ends(1, Guard::new, |guard, _, _| {
        guard.enter();
        guard.enter();
    });
    assert_eq!(ends, [End::Blocked(vec![0])].into());
}

#[test]
fn who_looks_for_starvation_sees_nobody_overtake_in_front_of_a_guard() {
    let code = |(guard, entries): &(Guard, AtomicU32), me: usize, most: &Mutex<u32>| {
        for _ in 0..4 {
            let before = if me == 0 { entries.load(Ordering::SeqCst) } else { 0 };
            guard.enter();
            let now = entries.fetch_add(1, Ordering::SeqCst);
            if me == 0 {
                let mut most = most.lock().expect("nobody panics");
                *most = (now - before).max(*most);
            }
            guard.leave();
        }
    };
    let shared = || (Guard::new(), AtomicU32::new(0));
    let most_of = |strategy: &mut dyn Strategy| {
        let most = Mutex::new(0);
        let code = |shared: &_, me, _: &dyn Fn(u64)| code(shared, me, &most);
        ends(3, Model::Sequential, strategy, 3_000, shared, code);
        most.into_inner().expect("nobody panics")
    };
    // Between the load and the arrival there is no step.
    assert_eq!(most_of(&mut InOrder(Random::new(3))), 2);
    assert!(most_of(&mut Random::new(3)) > 2, "others need not serve in order");
}

/// A strategy that serves in order.
struct InOrder(Random);

impl Strategy for InOrder {
    fn begin(&mut self) -> bool {
        self.0.begin()
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        self.0.choose(choice)
    }

    fn serves_in_order(&self) -> bool {
        true
    }
}

#[test]
fn as_many_as_there_are_permits_go_on() {
    let shared = || (Permits::new(1), AtomicU32::new(0));
    let (ends, _) = all_ends(3, shared, |(permits, inside), me, say| {
        permits.wait();
        let others = inside.fetch_add(1, Ordering::SeqCst);
        if me == 0 {
            permits.signal(); // one more than there was
        }
        say(u64::from(others));
        permits.signal();
        if me == 0 {
            permits.wait();
        }
    });
    let alone = complete(&[0, 1, 2]);
    assert_eq!(ends, [alone].into());
}

#[test]
fn a_condition_wakes_whom_it_is_told_and_nobody_by_itself() {
    let shared = || (Guard::new(), Condition::new(), SharedCell::new(false));
    for broadcast in [false, true] {
        let (ends, _) = all_ends(3, shared, |(guard, condition, open), me, _| {
            guard.enter();
            if me == 0 {
                open.set(true);
                if broadcast {
                    condition.broadcast();
                } else {
                    condition.signal();
                }
            } else if !open.get() {
                condition.wait(guard);
                assert!(open.get(), "nobody wakes up by itself");
            }
            guard.leave();
        });
        let all = [complete(&[])].into();
        let one_sleeps = [complete(&[]), End::Blocked(vec![1]), End::Blocked(vec![2])].into();
        assert_eq!(ends, if broadcast { all } else { one_sleeps });
    }
}
