//! One small test for each branch of the memory rules. Whole litmus tests, and the comparison with
//! the axioms, are in the workspace's `tests`.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::{Memory, Model, Race};
use crate::choice::{Choice, Chooser};
use crate::event::{LocationId, WriteId};
use crate::process::ProcessId;

const P0: ProcessId = ProcessId::new(0);
const P1: ProcessId = ProcessId::new(1);
const P2: ProcessId = ProcessId::new(2);
const P3: ProcessId = ProcessId::new(3);
const INITIAL: WriteId = WriteId::INITIAL;

fn write(process: u8, index: u32) -> WriteId {
    WriteId { process, index }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    ReadsFrom { candidates: Vec<WriteId>, taken: Vec<WriteId> },
    Placement(Vec<WriteId>),
    Spurious,
}

/// Gives the answers in turn, then 0 for ever; notes what it was asked.
#[derive(Debug, Default)]
struct Answers {
    queue: std::collections::VecDeque<usize>,
    asked: Vec<Asked>,
    watches: bool,
    abandons: bool,
}

impl Chooser for Answers {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        self.asked.push(match choice {
            Choice::ReadsFrom { candidates, taken, .. } => {
                Asked::ReadsFrom { candidates: candidates.to_vec(), taken: taken.to_vec() }
            }
            Choice::Placement { predecessors, .. } => Asked::Placement(predecessors.to_vec()),
            Choice::Spurious { .. } => Asked::Spurious,
            Choice::Fate { .. } => unreachable!("memory calls no kernel"),
            Choice::Process(_) => unreachable!("memory does not schedule"),
        });
        (!self.abandons).then(|| self.queue.pop_front().unwrap_or(0))
    }

    fn watches(&self) -> bool {
        self.watches
    }
}

/// A memory with its chooser, for short tests.
struct Bench {
    memory: Memory,
    answers: Answers,
    x: LocationId,
    y: LocationId,
    data: LocationId,
}

fn bench(model: Model, answers: &[usize]) -> Bench {
    let mut memory = Memory::new();
    memory.reset(model, 4);
    let [x, y, data] = [0; 3].map(|initial| memory.locate(initial));
    let answers = Answers { queue: answers.iter().copied().collect(), ..Answers::default() };
    Bench { memory, answers, x, y, data }
}

fn cpp20(answers: &[usize]) -> Bench {
    bench(Model::Cpp20, answers)
}

impl Bench {
    fn load(&mut self, process: ProcessId, location: LocationId, ordering: Ordering) -> u64 {
        let loaded = self.memory.load(process, location, ordering, &mut self.answers);
        loaded.expect("not abandoned").value
    }

    fn store(&mut self, process: ProcessId, location: LocationId, value: u64, ordering: Ordering) {
        let stored = self.memory.store(process, location, value, ordering, &mut self.answers);
        stored.expect("not abandoned");
    }

    fn swap(
        &mut self,
        process: ProcessId,
        location: LocationId,
        value: u64,
        ordering: Ordering,
    ) -> u64 {
        self.update(process, location, (ordering, Relaxed), false, &mut |_| Some(value)).read
    }

    fn update(
        &mut self,
        process: ProcessId,
        location: LocationId,
        (success, failure): (Ordering, Ordering),
        weak: bool,
        f: &mut dyn FnMut(u64) -> Option<u64>,
    ) -> super::Updated {
        let answers = &mut self.answers;
        let updated = self.memory.update(process, location, success, failure, weak, f, answers);
        updated.expect("not abandoned")
    }

    /// Whether `reader` knows what `writer` wrote to the data before: there is no data race.
    fn passed_on(&mut self, reader: ProcessId) -> bool {
        self.memory.plain_read(reader, self.data, 0).is_ok()
    }
}

// Coherence.

#[test]
fn a_read_is_offered_every_write_that_it_does_not_know_to_be_overwritten() {
    let mut b = cpp20(&[1]);
    b.store(P0, b.x, 1, Relaxed);
    b.store(P0, b.x, 2, Relaxed);
    let loaded = b.memory.load(P1, b.x, Relaxed, &mut b.answers).unwrap();
    let candidates = vec![write(0, 1), write(0, 0), INITIAL];
    assert_eq!(b.answers.asked, [Asked::ReadsFrom { candidates, taken: vec![] }]);
    assert_eq!((loaded.value, loaded.reads_from, loaded.stale_by), (1, write(0, 0), 1));
}

#[test]
fn corr_a_read_does_not_go_back_behind_an_earlier_one() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Relaxed);
    b.load(P1, b.x, Relaxed);
    b.answers.asked.clear();
    assert_eq!(b.load(P1, b.x, Relaxed), 1);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn corr_a_read_does_not_go_back_behind_one_that_happens_before_it() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Relaxed);
    b.load(P1, b.x, Relaxed);
    b.store(P1, b.y, 1, Release);
    b.load(P2, b.y, Acquire);
    b.answers.asked.clear();
    assert_eq!(b.load(P2, b.x, Relaxed), 1);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn cowr_a_read_does_not_go_back_behind_its_own_write() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Relaxed);
    assert_eq!(b.load(P0, b.x, Relaxed), 1);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn corw_a_write_does_not_go_before_one_that_was_read() {
    let mut b = cpp20(&[1, 0]);
    b.store(P0, b.x, 1, Relaxed);
    b.store(P0, b.x, 2, Relaxed);
    assert_eq!(b.load(P1, b.x, Relaxed), 1);
    b.store(P1, b.x, 3, Relaxed);
    assert_eq!(b.answers.asked[1], Asked::Placement(vec![write(0, 1), write(0, 0)]));
}

#[test]
fn coww_writes_of_one_process_keep_their_order() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Relaxed);
    b.store(P0, b.x, 2, Relaxed);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn a_write_may_be_placed_before_newer_ones() {
    let mut b = cpp20(&[1]);
    b.store(P0, b.x, 1, Relaxed);
    let stored = b.memory.store(P1, b.x, 2, Relaxed, &mut b.answers).unwrap();
    assert_eq!((stored.write, stored.follows, stored.stale_by), (write(1, 0), INITIAL, 1));
    assert_eq!(b.memory.latest(b.x), 1);
    assert_eq!(b.load(P0, b.x, Relaxed), 1);
}

// Atomicity.

#[test]
fn nothing_comes_between_an_rmw_and_the_write_that_it_read() {
    let mut b = cpp20(&[]);
    b.swap(P0, b.x, 1, Relaxed);
    b.store(P1, b.x, 2, Relaxed);
    assert_eq!(b.swap(P2, b.x, 3, Relaxed), 2);
    assert_eq!(
        b.answers.asked,
        [Asked::ReadsFrom { candidates: vec![write(1, 0), write(0, 0)], taken: vec![INITIAL] }]
    );
}

#[test]
fn who_watches_is_asked_even_if_there_is_one_answer() {
    let mut b = cpp20(&[]);
    b.answers.watches = true;
    b.store(P0, b.x, 1, Relaxed);
    b.load(P0, b.x, Relaxed);
    b.swap(P1, b.y, 1, Relaxed);
    let taking = |write| Asked::ReadsFrom { candidates: vec![write], taken: vec![] };
    let expected = [Asked::Placement(vec![INITIAL]), taking(write(0, 0)), taking(INITIAL)];
    assert_eq!(b.answers.asked, expected);
}

#[test]
fn a_compare_exchange_may_fail_on_an_old_write_that_an_rmw_has_read() {
    let mut b = cpp20(&[1]);
    b.swap(P0, b.x, 1, Relaxed);
    let updated = b.update(P1, b.x, (Relaxed, Relaxed), false, &mut |old| (old == 1).then_some(5));
    assert_eq!((updated.read, updated.written, updated.stale_by), (0, None, 1));
    assert!(!updated.spurious);
}

// Weak compare-exchange.

#[test]
fn a_weak_compare_exchange_may_fail_where_it_could_succeed() {
    let mut b = cpp20(&[1, 0]);
    let exchange = &mut |old| (old == 0).then_some(5);
    let failed = b.update(P0, b.x, (SeqCst, Relaxed), true, exchange);
    assert_eq!((failed.read, failed.written, failed.spurious), (0, None, true));
    let passed = b.update(P0, b.x, (SeqCst, Relaxed), true, exchange);
    assert_eq!((passed.written, passed.spurious), (Some((5, write(0, 1))), false));
    assert_eq!(b.answers.asked, [Asked::Spurious, Asked::Spurious]);
    b.update(P0, b.x, (SeqCst, Relaxed), true, exchange);
    assert_eq!(b.answers.asked.len(), 2, "it could not succeed");
}

#[test]
fn a_weak_compare_exchange_that_fails_has_the_failure_ordering() {
    for (failure, passes) in [(Acquire, true), (Relaxed, false)] {
        let mut b = cpp20(&[0, 1]); // the newest write; fails spuriously
        b.memory.plain_write(P0, b.data, 1, 0).unwrap();
        b.store(P0, b.x, 1, Release);
        let updated = b.update(P1, b.x, (AcqRel, failure), true, &mut |_| Some(2));
        assert!(updated.spurious);
        assert_eq!(b.passed_on(P1), passes);
    }
}

#[test]
fn a_weak_compare_exchange_fails_only_where_a_load_may_read() {
    // SB: a relaxed success may take the initial 0, but a SeqCst load of it would be forbidden.
    for (failure, spurious) in [(SeqCst, false), (Relaxed, true)] {
        let mut b = cpp20(&[1, 1]); // the initial write; fails spuriously, if asked
        b.store(P0, b.x, 1, SeqCst);
        b.load(P0, b.y, SeqCst);
        b.store(P1, b.y, 1, SeqCst);
        let updated = b.update(P1, b.x, (Relaxed, failure), true, &mut |_| Some(2));
        assert_eq!((updated.read, updated.stale_by, updated.spurious), (0, 1, spurious));
        assert_eq!(b.answers.asked.contains(&Asked::Spurious), spurious);
    }
}

// Synchronization, seen through the data race that it prevents.

#[test]
fn a_release_store_passes_on_to_an_acquire_load_only() {
    for (store, load, passes) in [
        (Release, Acquire, true),
        (SeqCst, SeqCst, true),
        (Relaxed, Acquire, false),
        (Release, Relaxed, false),
    ] {
        let mut b = cpp20(&[]);
        b.memory.plain_write(P0, b.data, 1, 0).unwrap();
        b.store(P0, b.x, 1, store);
        b.load(P1, b.x, load);
        assert_eq!(b.passed_on(P1), passes, "{store:?} {load:?}");
    }
}

#[test]
fn fences_pass_on_across_relaxed_accesses() {
    for (before, after, passes) in [
        (Release, Acquire, true),
        (SeqCst, SeqCst, true),
        (Acquire, Acquire, false),
        (Release, Release, false),
    ] {
        let mut b = cpp20(&[]);
        b.memory.plain_write(P0, b.data, 1, 0).unwrap();
        b.memory.fence(P0, before);
        b.store(P0, b.x, 1, Relaxed);
        b.load(P1, b.x, Relaxed);
        assert!(!b.passed_on(P1), "not before the fence");
        b.memory.fence(P1, after);
        assert_eq!(b.passed_on(P1), passes, "{before:?} {after:?}");
    }
}

#[test]
fn an_acq_rel_fence_passes_on_what_it_acquires() {
    let mut b = cpp20(&[]);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.store(P0, b.x, 1, Release);
    b.load(P1, b.x, Relaxed);
    b.memory.fence(P1, AcqRel);
    b.store(P1, b.y, 1, Relaxed);
    b.load(P2, b.y, Acquire);
    assert!(b.passed_on(P2));
}

#[test]
fn a_release_sequence_goes_on_through_an_rmw_of_any_process_and_ordering() {
    let mut b = cpp20(&[]);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.store(P0, b.x, 1, Release);
    b.swap(P1, b.x, 2, Relaxed);
    b.load(P2, b.x, Acquire);
    assert!(b.passed_on(P2));
    assert!(!b.passed_on(P1), "the relaxed swap itself acquires nothing");
}

#[test]
fn a_release_sequence_ends_at_a_store_even_of_the_same_process() {
    let mut b = cpp20(&[]);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.store(P0, b.x, 1, Release);
    b.store(P0, b.x, 2, Relaxed); // P0982
    b.load(P1, b.x, Acquire);
    assert!(!b.passed_on(P1));
}

// The order S.

/// SB with a choice of what stands between and around: how many writes may P1's load of x read,
/// when P0's load of y was stale?
fn store_buffering(
    p0: (Ordering, Option<Ordering>, Ordering),
    p1: (Ordering, Option<Ordering>, Ordering),
) -> usize {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, p0.0);
    if let Some(fence) = p0.1 {
        b.memory.fence(P0, fence);
    }
    assert_eq!(b.load(P0, b.y, p0.2), 0);
    b.store(P1, b.y, 1, p1.0);
    if let Some(fence) = p1.1 {
        b.memory.fence(P1, fence);
    }
    b.load(P1, b.x, p1.2);
    match b.answers.asked.last() {
        Some(Asked::ReadsFrom { candidates, .. }) => candidates.len(),
        _ => 1,
    }
}

#[test]
fn coherence_order_binds_seq_cst_accesses_and_the_fences_around_others() {
    let accesses = (SeqCst, None, SeqCst);
    let fence = (Relaxed, Some(SeqCst), Relaxed);
    for p0 in [accesses, fence] {
        for p1 in [accesses, fence] {
            assert_eq!(store_buffering(p0, p1), 1, "{p0:?} {p1:?}");
        }
        for p1 in
            [(Release, None, SeqCst), (SeqCst, None, Acquire), (Relaxed, Some(AcqRel), Relaxed)]
        {
            assert_eq!(store_buffering(p0, p1), 2, "{p0:?} {p1:?}");
        }
    }
}

#[test]
fn a_stale_read_decides_the_order_for_those_who_come_later() {
    // IRIW: P2 saw x before y, so P3 cannot see y before x.
    let mut b = cpp20(&[0, 1, 0]);
    b.store(P0, b.x, 1, SeqCst);
    b.store(P1, b.y, 1, SeqCst);
    assert_eq!((b.load(P2, b.x, SeqCst), b.load(P2, b.y, SeqCst)), (1, 0));
    assert_eq!(b.load(P3, b.y, SeqCst), 1);
    b.answers.asked.clear();
    assert_eq!(b.load(P3, b.x, SeqCst), 1);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn a_write_placed_before_others_decides_the_order_for_those_who_come_later() {
    // 2+2W: P1's write to x comes before P0's, so in S P1's earlier write to y comes first as well.
    let mut b = cpp20(&[1]);
    b.store(P0, b.x, 1, SeqCst);
    b.store(P1, b.y, 1, SeqCst);
    b.store(P1, b.x, 2, SeqCst);
    b.answers.asked.clear();
    b.store(P0, b.y, 2, SeqCst);
    assert_eq!(b.answers.asked, []);
}

#[test]
fn what_is_sequenced_before_a_synchronization_strongly_happens_before_what_follows_it() {
    // 2+2W through a third location: P0's write of x precedes P1's of y, which P2's follows. It
    // happens before none of P2's accesses, since stores acquire nothing.
    for (through, answers) in [(Release, 0), (Relaxed, 1)] {
        let mut b = cpp20(&[]);
        let z = b.data;
        b.store(P0, b.x, 1, SeqCst);
        b.store(P0, z, 1, through);
        b.load(P1, z, Acquire);
        b.store(P1, b.y, 1, SeqCst);
        b.store(P2, b.y, 2, SeqCst);
        b.answers.asked.clear();
        b.store(P2, b.x, 2, SeqCst);
        assert_eq!(b.answers.asked.len(), answers, "{through:?}");
    }
}

#[test]
fn a_seq_cst_load_may_read_an_older_relaxed_store() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Release);
    b.load(P1, b.x, Relaxed);
    b.store(P1, b.x, 2, SeqCst);
    b.answers.asked.clear();
    b.load(P2, b.x, SeqCst);
    let candidates = vec![write(1, 1), write(0, 0), INITIAL];
    assert_eq!(b.answers.asked, [Asked::ReadsFrom { candidates, taken: vec![] }]);
}

// Models.

#[test]
fn strong_memory_takes_relaxed_accesses_as_seq_cst() {
    let mut b = bench(Model::Strong, &[]);
    b.store(P0, b.x, 1, Relaxed);
    b.load(P0, b.y, Relaxed);
    b.memory.fence(P1, SeqCst);
    b.store(P1, b.y, 1, Relaxed);
    assert_eq!(b.load(P1, b.x, Relaxed), 1);
    assert_eq!(b.answers.asked, []);
    assert_eq!(b.memory.event_count(P1), 3);
}

#[test]
fn sequential_memory_asks_nothing_but_spurious_failure() {
    let mut b = bench(Model::Sequential, &[1]);
    b.answers.watches = true;
    b.store(P0, b.x, 1, Relaxed);
    b.store(P1, b.x, 2, Relaxed);
    let loaded = b.memory.load(P2, b.x, Relaxed, &mut b.answers).unwrap();
    assert_eq!((loaded.value, loaded.reads_from, loaded.stale_by), (2, write(1, 0), 0));
    let updated = b.update(P3, b.x, (Relaxed, Relaxed), true, &mut |old| Some(old + 1));
    assert_eq!((updated.read, updated.written, updated.spurious), (2, None, true));
    let updated = b.update(P3, b.x, (Relaxed, Relaxed), false, &mut |old| Some(old + 1));
    assert_eq!((updated.reads_from, updated.written), (write(1, 0), Some((3, write(3, 1)))));
    assert_eq!(b.memory.latest(b.x), 3);
    assert_eq!(b.answers.asked, [Asked::Spurious]);
}

#[test]
fn every_access_to_sequential_memory_synchronises_both_ways() {
    let mut b = bench(Model::Sequential, &[]);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.load(P0, b.x, Relaxed);
    assert!(!b.passed_on(P1));
    b.load(P1, b.x, Relaxed);
    assert!(b.passed_on(P1));
}

#[test]
fn a_chooser_may_abandon_the_execution() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Relaxed);
    b.answers.abandons = true;
    assert_eq!(b.memory.load(P1, b.x, Relaxed, &mut b.answers), None);
    assert_eq!(b.memory.store(P1, b.x, 1, Relaxed, &mut b.answers), None);
}

// Data races.

#[test]
fn conflicting_plain_accesses_race_unless_ordered() {
    let race = |other, other_wrote, tag| Err(Race { other, other_wrote, tag });
    let mut b = cpp20(&[]);
    b.memory.plain_write(P0, b.data, 1, 10).unwrap();
    assert_eq!(b.memory.plain_read(P1, b.data, 11).map(drop), race(P0, true, 10));
    assert_eq!(b.memory.plain_write(P1, b.data, 2, 11), race(P0, true, 10));
    b.store(P0, b.x, 1, Release);
    b.load(P1, b.x, Acquire);
    assert_eq!(b.memory.plain_read(P1, b.data, 12), Ok(1));
    assert_eq!(b.memory.plain_read(P0, b.data, 13), Ok(1), "two reads never race");
    assert_eq!(b.memory.plain_write(P0, b.data, 3, 14), race(P1, false, 12));
    b.store(P1, b.y, 1, Release);
    b.load(P0, b.y, Acquire);
    assert_eq!(b.memory.plain_write(P0, b.data, 3, 15), Ok(()));
    assert_eq!(b.memory.latest(b.data), 3);
}

#[test]
fn an_access_after_the_release_is_not_passed_on() {
    let mut b = cpp20(&[]);
    b.store(P0, b.x, 1, Release);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.load(P1, b.x, Acquire);
    assert!(!b.passed_on(P1));
}

#[test]
fn a_new_execution_knows_nothing_of_the_last_one() {
    let mut b = cpp20(&[]);
    b.memory.plain_write(P0, b.data, 1, 0).unwrap();
    b.store(P0, b.x, 1, SeqCst);
    b.memory.fence(P0, SeqCst);
    b.memory.reset(Model::Cpp20, 2);
    let x = b.memory.locate(7);
    assert_eq!((b.memory.latest(x), b.memory.event_count(P0)), (7, 0));
    assert_eq!(b.load(P1, x, SeqCst), 7);
    let data = [b.memory.locate(0), b.memory.locate(0)][1];
    assert_eq!(b.memory.plain_write(P1, data, 1, 0), Ok(()));
    assert_eq!(b.answers.asked, []);
}

// Forgetting.

/// Random long executions: a memory that forgets as soon as it can offers the same as one that never
/// forgets.
#[test]
fn what_is_forgotten_is_never_missed() {
    let mut forgot = 0;
    for seed in 1..200_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut below = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % limit
        };
        let processes = 2 + below(3);
        let chance = below(60);
        let [mut sparing, mut lavish] = [1, usize::MAX].map(|kept| {
            let mut memory = Memory { kept, ..Memory::new() };
            memory.reset(Model::Cpp20, processes);
            for _ in 0..3 {
                memory.locate(0);
            }
            memory
        });
        for value in 0..200 {
            let process = ProcessId::new(below(processes));
            let location = LocationId(below(3) as u32);
            let kind = below(10);
            let of = |orderings: &[Ordering], pick: usize| orderings[pick % orderings.len()];
            let pick = below(60);
            let answer = if below(100) < chance { below(1000) } else { 0 };
            let run = |memory: &mut Memory| {
                let mut asked = Clamped { answer, asked: Vec::new() };
                match kind {
                    0..4 => {
                        let ordering = of(&[Relaxed, Acquire, SeqCst, SeqCst], pick);
                        memory.load(process, location, ordering, &mut asked);
                    }
                    4..8 => {
                        let ordering = of(&[Relaxed, Release, SeqCst, SeqCst], pick);
                        memory.store(process, location, value, ordering, &mut asked);
                    }
                    8 => {
                        let ordering = of(&[Relaxed, AcqRel, SeqCst], pick);
                        let f = &mut |old| (old % 3 != 0).then_some(value);
                        memory.update(process, location, ordering, Relaxed, false, f, &mut asked);
                    }
                    _ => {
                        let ordering = of(&[Acquire, Release, AcqRel, SeqCst, SeqCst], pick);
                        memory.fence(process, ordering);
                    }
                }
                asked.asked
            };
            assert_eq!(run(&mut sparing), run(&mut lavish), "seed {seed}");
        }
        let kept = |memory: &Memory| memory.locations.iter().map(|l| l.stores.len()).sum::<usize>();
        forgot += kept(&lavish) - kept(&sparing);
    }
    assert!(forgot > 1000, "only {forgot} writes were forgotten");
}

#[test]
fn the_last_fence_that_everybody_knows_is_not_forgotten() {
    let mut b = cpp20(&[]);
    b.memory.kept = 1;
    b.memory.reset(Model::Cpp20, 3);
    let [x, y, z] = [0; 3].map(|initial| b.memory.locate(initial));
    // In S, P1's store of x comes before its load of y, and that before P0's fence …
    b.store(P1, x, 1, SeqCst);
    b.load(P1, y, SeqCst);
    b.store(P0, y, 1, Relaxed);
    b.memory.fence(P0, SeqCst);
    b.store(P0, z, 1, Release);
    b.load(P1, z, Acquire);
    b.load(P2, z, Acquire);
    // … which is old by now …
    for _ in 0..10 {
        b.load(P0, y, SeqCst);
    }
    assert!(b.memory.order.latest(P0).get(P0) > 10);
    // … and still keeps P2 from overlooking that store.
    b.answers.asked.clear();
    assert_eq!(b.load(P2, x, Relaxed), 1);
    assert_eq!(b.answers.asked, []);
}

/// Gives one answer, as far as there are so many.
struct Clamped {
    answer: usize,
    asked: Vec<Vec<WriteId>>,
}

impl Chooser for Clamped {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        if let Choice::ReadsFrom { candidates: writes, .. }
        | Choice::Placement { predecessors: writes, .. } = choice
        {
            self.asked.push(writes.to_vec());
        }
        Some(self.answer % choice.arity())
    }

    fn watches(&self) -> bool {
        true
    }
}
