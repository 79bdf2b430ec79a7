//! How many executions there are, as each tool counts them, and how fast they go by.

use std::io::{self, Write};

use harness::memory::Model;

use super::{Line, Summary};
use crate::contract::{Kind, Program};
use crate::measure::{Figures, nanoseconds, short};
use crate::on_harness::{self, Bench};
use crate::on_loom::{self, Limits};
use crate::on_shuttle::{self, Schedule};
use crate::table::Table;
use crate::verdict::{Said, Waiting};

/// A program, and what `GenMC` 0.11 makes of it under RC11: complete and blocked executions. These are
/// constants from this project's design notes, where they were recorded; `GenMC` is not run here.
struct Case {
    program: Program,
    genmc: Option<(u64, u64)>,
}

const fn case(kind: Kind, processes: usize, entries: u32, genmc: Option<(u64, u64)>) -> Case {
    Case { program: Program::new(kind, processes, entries), genmc }
}

const CASES: [Case; 9] = [
    case(Kind::Peterson, 2, 1, Some((4, 4))),
    case(Kind::Peterson, 2, 2, Some((48, 68))),
    case(Kind::PetersonWithFences, 2, 1, None),
    case(Kind::Ticket, 2, 2, Some((6, 7))),
    case(Kind::Bakery, 2, 1, Some((9, 9))),
    case(Kind::Bakery, 2, 2, Some((213, 203))),
    case(Kind::Bakery, 3, 1, Some((254, 422))),
    case(Kind::Dekker, 2, 1, Some((4, 7))),
    case(Kind::TestAndSet, 3, 1, Some((6, 18))),
];

const LOOM: Limits = Limits { branches: 5_000, executions: 20_000 };

/// Of shuttle's depth-first search, which has no end where a loop has none.
const DEPTH_FIRST_MAX: usize = 2_000;
const DEPTH_FIRST_STEPS_MAX: usize = 200;

/// Rounds for the speed, and how long each is at least.
const ROUNDS: usize = 9;
const ROUND_NANOSECONDS: f64 = 3e7;

fn shown(said: &Said, most: u64) -> String {
    match &said.alarm {
        Some(_) => format!("alarm at {}", short(said.executions as f64)),
        None if said.executions >= most => format!("> {}", short(said.executions as f64)),
        None => short(said.executions as f64),
    }
}

fn loom(program: Program) -> String {
    shown(&on_loom::explore(program, Waiting::Yielding, LOOM), LOOM.executions as u64 - 1)
}

fn shuttle(program: Program) -> String {
    let said = on_shuttle::explore(
        program,
        Waiting::Bare,
        Schedule::DepthFirst,
        0,
        DEPTH_FIRST_MAX,
        DEPTH_FIRST_STEPS_MAX,
    );
    shown(&said, DEPTH_FIRST_MAX as u64)
}

pub(crate) fn measure(out: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    let mut table = Table::new(&[
        "program",
        "ours: complete + blocked",
        "GenMC (constants)",
        "ours: executions per second",
        "loom, yielding: iterations",
        "shuttle, depth first: schedules",
    ]);
    let mut misses = Vec::new();
    let mut slowest: Option<(f64, String)> = None;
    let mut peterson = Figures::default();
    for Case { program, genmc } in CASES {
        let scenario = on_harness::scenario(program.kind);
        let mut bench = Bench::new(&*scenario, program);
        let found = bench.exhaust(Model::Cpp20);
        let counts = match &found.alarm {
            Some(what) => format!("**{what}**"),
            None if !found.exhausted => {
                format!("{} + {}, unfinished", found.complete, found.blocked)
            }
            None => format!("{} + {}", found.complete, found.blocked),
        };
        if let Some((complete, blocked)) = genmc
            && !(found.exhausted && found.complete == complete && found.blocked <= 2 * blocked)
        {
            misses.push(program.name());
        }
        let mut speed = Figures::default();
        for _ in 0..ROUNDS {
            let (mut time, mut executions) = (0.0, 0);
            while time < ROUND_NANOSECONDS {
                let (more, found) = nanoseconds(|| bench.exhaust(Model::Cpp20));
                time += more;
                executions += found.executions;
            }
            speed.push(executions as f64 / time * 1e9);
        }
        let rate = speed.median();
        if (program.kind, program.entries) == (Kind::Peterson, 2) {
            peterson = speed.clone();
        }
        if slowest.as_ref().is_none_or(|(least, _)| rate < *least) {
            slowest = Some((rate, program.name()));
        }
        table.row(vec![
            program.name(),
            counts,
            genmc.map_or_else(|| "–".to_owned(), |(c, b)| format!("{c} + {b}")),
            speed.show(),
            loom(program),
            shuttle(program),
        ]);
    }
    summary.line(Line {
        what: "distinct executions; GenMC's complete ones, at most twice its blocked ones",
        ours: format!(
            "missed: {}",
            if misses.is_empty() { "none".to_owned() } else { misses.join("; ") }
        ),
        peer: "constants".to_owned(),
        ratio: "see above".to_owned(),
        target: "all",
        is_met: misses.is_empty(),
    });
    let (least, whose) = slowest.expect("there are cases");
    summary.line(Line {
        what: "exhaustive executions per second, Peterson 2 × 2",
        ours: peterson.show(),
        peer: "–".to_owned(),
        ratio: format!("slowest: {} ({whose})", short(least)),
        target: "≥ 100,000",
        is_met: peterson.median() >= 100_000.0,
    });
    writeln!(out, "## Exhaustive exploration, C++20 memory\n")?;
    writeln!(
        out,
        "Spin loops are bare for ours and shuttle. A limit that was reached is marked `>`: for loom {} \
         iterations, for shuttle {} schedules, each cut at {DEPTH_FIRST_STEPS_MAX} steps. \
         *Alarm at n*: it called this correct lock wrong, or gave up, at its n-th iteration. \
         GenMC's counts (0.11, RC11) are constants from the design notes; it is not run here.\n",
        short(LOOM.executions as f64),
        short(DEPTH_FIRST_MAX as f64),
    )?;
    table.print(out)
}
