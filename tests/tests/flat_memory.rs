//! Memory stays flat, however long an exploration runs: nothing is allocated for a step, and what an
//! execution allocates is given back.
//!
//! All is counted, nothing is timed. The same executions are run again and again: what they need to
//! be remembered was grown the first time, so from then on every byte more would be a leak.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use harness::contract::CriticalSection;
use harness::exploration::{Exploration, Explorer, Setup};
use harness::memory::Model;
use harness::oracle::MutualExclusion;
use harness::scenario::{CriticalSectionScenario, Scenario as _};
use harness::strategy::Random;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts for each thread.
struct Counting;

fn count(allocations: u64, bytes: isize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE.set(LIVE.get() + bytes);
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size().cast_signed());
        // SAFETY: what the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -layout.size().cast_signed());
        // SAFETY: what the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size.cast_signed() - layout.size().cast_signed());
        // SAFETY: what the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What was counted in one round of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Round {
    executions: u64,
    /// Those of them in which somebody did not finish.
    unfinished: u64,
    /// Bytes that were allocated in it and not given back.
    kept: isize,
    allocations: u64,
}

fn round<B>(run: impl FnOnce() -> Exploration<B>) -> Round {
    let (live, allocations) = (LIVE.get(), ALLOCATIONS.get());
    let Exploration { complete, blocked, cut, .. } = run();
    Round {
        executions: complete + blocked + cut,
        unfinished: blocked + cut,
        kept: LIVE.get() - live,
        allocations: ALLOCATIONS.get() - allocations,
    }
}

fn setup(model: Model, entries: u32) -> Setup {
    let situation = CriticalSectionScenario::<reference::peterson::Peterson>::new().situations()[0];
    Setup { model, situation, quotas: vec![entries; 2], steps_max: 4_000 }
}

/// Three rounds of random walks, after one to warm up.
fn sample<S: CriticalSection>(model: Model, entries: u32, executions: u64) -> [Round; 3] {
    let scenario = CriticalSectionScenario::<S>::new();
    let mut explorer = Explorer::new(&scenario);
    let setup = setup(model, entries);
    let mut next = || {
        round(|| {
            let mut strategy = Random::new(5);
            let explore = explorer.explore(
                &setup,
                &mut strategy,
                executions,
                MutualExclusion::new,
                |_, oracle| oracle.overlap(),
            );
            explore.expect("references do not panic")
        })
    };
    next();
    [next(), next(), next()]
}

#[test]
fn random_walks_allocate_once_an_execution_and_keep_nothing() {
    for model in [Model::Sequential, Model::Cpp20] {
        // With twenty times as many steps there is no more to allocate: it is the body of the
        // processes, which every execution has anew.
        for entries in [2, 40] {
            let rounds = sample::<reference::peterson::Peterson>(model, entries, 2_000);
            for round in rounds {
                assert_eq!((round.executions, round.kept), (2_000, 0), "{model:?}, {entries} each");
                // Who does not finish may have to be unwound, which takes an exception.
                let allocations = round.executions..=round.executions + 2 * round.unfinished;
                assert!(
                    allocations.contains(&round.allocations),
                    "{model:?}, {entries}: {round:?}"
                );
                assert!(
                    10 * round.unfinished < round.executions,
                    "{model:?}, {entries}: {round:?}"
                );
            }
        }
    }
}

#[test]
fn solutions_with_memory_of_their_own_keep_nothing_either() {
    for model in [Model::Sequential, Model::Cpp20] {
        let [first, second, third] = sample::<reference::bakery::Bakery>(model, 3, 1_000);
        assert_eq!((first.executions, first.kept), (1_000, 0), "{model:?}");
        assert_eq!((first, second), (second, third), "{model:?}");
    }
}

#[test]
fn exhaustive_search_gives_everything_back_and_allocates_nothing_for_a_step() {
    let scenario = CriticalSectionScenario::<reference::peterson::Peterson>::new();
    let mut explorer = Explorer::new(&scenario);
    let setup = setup(Model::Cpp20, 3);
    let mut next = || {
        round(|| {
            let explore = explorer
                .exhaust(&setup, 1_000_000, MutualExclusion::new, |_, oracle| oracle.overlap());
            let found = explore.expect("references do not panic");
            assert!(found.exhausted, "all executions were visited");
            found
        })
    };
    next();
    let rounds = [next(), next(), next()];
    for round in rounds {
        assert_eq!(round.kept, 0);
        assert!(round.executions > 1_000, "{round:?}");
        // The body; an unwinding now and then; the stack of plans, which the search begins anew.
        // An execution has some thirty steps.
        assert!(round.allocations < 3 * round.executions, "{round:?}");
        assert_eq!(round, rounds[0], "the same again");
    }
}
