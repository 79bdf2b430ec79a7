//! The memory room against the axioms, on random small programs: the same graphs, the same outcomes.
//! The seeds are fixed, so a failure is always the same one.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use harness::event::LocationId;
use harness::memory::Model;
use tests::program::{Function, Operation, Program};
use tests::{axioms, walk};

/// Marsaglia's xorshift: enough to draw programs with.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// `exchange`: how many of a hundred are compare-exchanges.
fn operation(random: &mut Random, location: LocationId, value: u64, exchange: u64) -> Operation {
    if random.percent(exchange) {
        let success: Ordering = random.one_of(&[Relaxed, AcqRel, SeqCst]);
        let failure = random.one_of(&[Relaxed, Acquire, SeqCst]);
        let exchange = random.one_of(&[Function::Exchange, Function::WeakExchange]);
        return Operation::Update(location, exchange(0, value), success, failure);
    }
    match random.below(90) {
        0..40 => Operation::Load(location, random.one_of(&[Relaxed, Acquire, SeqCst, SeqCst])),
        40..80 => {
            Operation::Store(location, value, random.one_of(&[Relaxed, Release, SeqCst, SeqCst]))
        }
        _ => {
            let ordering = random.one_of(&[Relaxed, Acquire, Release, AcqRel, SeqCst]);
            Operation::Update(location, Function::Swap(value), ordering, Relaxed)
        }
    }
}

/// Half heaps (one to three operations a thread on two locations), half rings (thread i uses
/// locations i and i+1, in which SB, ISA2, IRIW and their like are found).
fn program(random: &mut Random, exchange: u64) -> Program {
    let threads = random.one_of(&[2, 3, 3, 4]);
    let ring = random.percent(50);
    let locations = if ring { threads } else { 2 };
    let thread = |t: u64| {
        let count = if ring { 2 } else { 1 + random.below(if threads == 2 { 3 } else { 2 }) };
        let mut steps: Vec<Operation> = (0..count)
            .map(|step| {
                let place = if ring { (t + step) % threads } else { random.below(2) };
                operation(random, LocationId(place as u32), 10 * t + step + 1, exchange)
            })
            .collect();
        if random.percent(40) {
            let at = random.below(steps.len() as u64) as usize;
            let ordering = random.one_of(&[Acquire, Release, AcqRel, SeqCst, SeqCst, SeqCst]);
            steps.insert(at, Operation::Fence(ordering));
        }
        steps
    };
    Program::straight((0..threads).map(thread).collect(), locations as usize)
}

fn check(seed: u64, programs: usize, exchange: u64) {
    let mut random = Random(seed);
    for number in 0..programs {
        let program = program(&mut random, exchange);
        let (ours, theirs) = (walk::graphs(&program, Model::Cpp20), axioms::graphs(&program));
        assert!(ours == theirs, "program {number}: {program:?}\n{ours:#?}\nbut {theirs:#?}");
    }
}

#[test]
fn the_memory_and_the_axioms_allow_the_same_graphs() {
    check(7, 2000, 8);
}

#[test]
fn the_memory_and_the_axioms_allow_the_same_compare_exchanges() {
    check(8, 1000, 60);
}
