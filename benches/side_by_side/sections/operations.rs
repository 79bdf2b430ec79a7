//! Nanoseconds per operation, which is one access to shared memory.

use std::io::{self, Write};

use harness::memory::Model;

use super::{Line, Summary, ratio};
use crate::contract::{Kind, Program};
use crate::measure::{Figures, nanoseconds, short};
use crate::on_harness::{self, Bench, Sampling};
use crate::on_loom::{self, Limits};
use crate::on_shuttle::{self, Schedule};
use crate::table::Table;
use crate::verdict::Waiting;

/// Rounds of each contender, after one to warm up.
const ROUNDS: u64 = 15;

/// Executions of ours in a round, and of the peers, which are slower.
const EXECUTIONS: u64 = 2_000;
const PEER_EXECUTIONS: usize = 1_000;

/// Runs one round with a seed: the time and the accesses.
type Contender<'a> = Box<dyn FnMut(u64) -> Sample + 'a>;

struct Sample {
    nanoseconds: f64,
    accesses: u64,
    executions: u64,
}

/// What came of a contender's rounds.
struct Result {
    per_access: Figures,
    accesses_per_execution: f64,
}

fn compete(contenders: &mut [Contender<'_>]) -> Vec<Result> {
    let mut results: Vec<_> = contenders
        .iter()
        .map(|_| Result { per_access: Figures::default(), accesses_per_execution: 0.0 })
        .collect();
    for round in 0..=ROUNDS {
        for (contender, result) in contenders.iter_mut().zip(&mut results) {
            let sample = contender(round);
            if round > 0 {
                result.per_access.push(sample.nanoseconds / sample.accesses as f64);
                result.accesses_per_execution = sample.accesses as f64 / sample.executions as f64;
            }
        }
    }
    results
}

fn ours<'a>(bench: &'a mut Bench<'_>, model: Model, sampling: Sampling) -> Contender<'a> {
    Box::new(move |round| {
        let (nanoseconds, found) = nanoseconds(|| bench.sample(model, sampling, round, EXECUTIONS));
        assert!(found.alarm.is_none(), "a correct lock is called wrong: {:?}", found.alarm);
        Sample {
            nanoseconds,
            accesses: bench.count_accesses(model, sampling, round, EXECUTIONS),
            executions: found.executions,
        }
    })
}

fn shuttle<'a>(program: Program, waiting: Waiting, schedule: Schedule) -> Contender<'a> {
    Box::new(move |round| {
        let (nanoseconds, said) = nanoseconds(|| {
            on_shuttle::explore(program, waiting, schedule, round, PEER_EXECUTIONS, 1_000_000)
        });
        assert!(said.alarm.is_none(), "shuttle did not get through: {:?}", said.alarm);
        Sample { nanoseconds, accesses: said.accesses, executions: said.executions }
    })
}

fn loom<'a>(program: Program) -> Contender<'a> {
    Box::new(move |_| {
        let limits = Limits { branches: 10_000, executions: 1_000 };
        let (nanoseconds, said) =
            nanoseconds(|| on_loom::explore(program, Waiting::Yielding, limits));
        assert!(said.alarm.is_none(), "loom did not get through: {:?}", said.alarm);
        Sample { nanoseconds, accesses: said.accesses, executions: said.executions }
    })
}

pub(crate) fn measure(out: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    let mut table = Table::new(&[
        "program",
        "engine",
        "memory",
        "schedule",
        "accesses per execution",
        "ns per access",
        "ours : this",
    ]);
    let mut report = |program: Program, labels: &[[&str; 3]], results: &[Result]| {
        for (labels, result) in labels.iter().zip(results) {
            // Of ours, the one with the same memory and the plain random schedule.
            let ours = labels_like(labels[1], &results[0], results);
            table.row(vec![
                program.name(),
                labels[0].to_owned(),
                labels[1].to_owned(),
                labels[2].to_owned(),
                short(result.accesses_per_execution),
                result.per_access.show(),
                ratio(result.per_access.times(&ours.per_access)),
            ]);
        }
    };

    let long = Program::new(Kind::Peterson, 2, 10);
    let scenario = on_harness::scenario(long.kind);
    let mut benches: Vec<_> = (0..4).map(|_| Bench::new(&*scenario, long)).collect();
    let [random, weak, pct, pos] = &mut benches[..] else { unreachable!("there are four") };
    let results = compete(&mut [
        ours(random, Model::Sequential, Sampling::Random),
        ours(weak, Model::Cpp20, Sampling::Random),
        ours(pct, Model::Sequential, Sampling::Pct),
        ours(pos, Model::Sequential, Sampling::Pos),
        shuttle(long, Waiting::Bare, Schedule::Random),
        shuttle(long, Waiting::Yielding, Schedule::Pct),
    ]);
    let labels = [
        ["ours", SEQUENTIAL, "random"],
        ["ours", WEAK, "random"],
        ["ours", SEQUENTIAL, "PCT"],
        ["ours", SEQUENTIAL, "POS"],
        ["shuttle", SEQUENTIAL, "random"],
        ["shuttle, yielding", SEQUENTIAL, "PCT"],
    ];
    report(long, &labels, &results);
    let figure = |number: usize| &results[number].per_access;
    for (what, ours, peer) in [
        ("ns per access, sequential, random; shuttle random", figure(0), figure(4)),
        ("ns per access, sequential, random; shuttle PCT", figure(0), figure(5)),
    ] {
        summary.line(Line {
            what,
            ours: ours.show(),
            peer: peer.show(),
            ratio: ratio(peer.times(ours)),
            target: "1 : 4",
            is_met: peer.times(ours) >= 4.0,
        });
    }
    let weak_long = figure(1).clone();

    let (mut loom_per_access, mut times) = (Figures::default(), 0.0);
    for entries in [1, 2] {
        let short_one = Program::new(Kind::PetersonWithFences, 2, entries);
        let scenario = on_harness::scenario(short_one.kind);
        let mut bench = Bench::new(&*scenario, short_one);
        let results =
            compete(&mut [ours(&mut bench, Model::Cpp20, Sampling::Random), loom(short_one)]);
        let labels = [["ours", WEAK, "random"], ["loom, yielding", WEAK, "depth first"]];
        report(short_one, &labels, &results);
        loom_per_access = results[1].per_access.clone();
        times = loom_per_access.times(&results[0].per_access);
    }
    summary.line(Line {
        what: "ns per access, C++20 with data races, Peterson 2 × 10, random; loom with fences 2 × 2",
        ours: weak_long.show(),
        peer: loom_per_access.show(),
        ratio: format!("same program: {}", ratio(times)),
        target: "≤ 40 ns",
        is_met: weak_long.median() <= 40.0,
    });

    writeln!(out, "## Nanoseconds per access to shared memory\n")?;
    writeln!(
        out,
        "Median of {ROUNDS} rounds in turn (least–greatest). The whole run counts: making the \
         processes, the oracle, the protected datum. A wait that is parked makes no access. Peterson \
         with `SeqCst` accesses is an error to loom (see the last table); with fences and `yield` it is \
         not.\n"
    )?;
    table.print(out)
}

const SEQUENTIAL: &str = "sequential";
const WEAK: &str = "C++20, races detected";

fn labels_like<'a>(memory: &str, first: &'a Result, all: &'a [Result]) -> &'a Result {
    // With two memories in one competition, ours under C++20 comes second.
    if memory == WEAK && all.len() > 2 { &all[1] } else { first }
}
